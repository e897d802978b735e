#include "common/arguments.hpp"
#include "common/crawl_options.hpp"
#include "common/test.hpp"

// The command line: common/arguments.hpp and common/crawl_options.hpp.

namespace crawler {
namespace {

using std::chrono::milliseconds;
using Strings = std::vector<std::string>;

Options parse(std::initializer_list<const char*> arguments) {
  std::vector<const char*> argv = {"crawl"};
  argv.insert(argv.end(), arguments);
  return parse_options(static_cast<int>(argv.size()), argv.data());
}

TEST("without arguments the defaults hold") {
  const Options options = parse({});
  CHECK(options.urls.empty());
  CHECK_EQ(options.concurrency, 10);
  CHECK_EQ(options.max_pages, 0u);
  CHECK_EQ(options.max_redirects, 10);
  CHECK_EQ(options.max_tries, 4);
  CHECK(options.timeout == milliseconds(30'000));
  CHECK(!options.exclude.matches("http://h/"));
  CHECK(!options.json && !options.timeline && !options.quiet && !options.help);
}

TEST("each option sets its value") {
  const Options options = parse(
      {"--concurrency", "3", "--max-pages", "5", "--max-redirects", "0",
       "--max-tries=2", "--timeout=500ms", "--exclude", "a+b", "--json",
       "--timeline", "--svg", "x.svg", "--quiet", "--help"});
  CHECK_EQ(options.concurrency, 3);
  CHECK_EQ(options.max_pages, 5u);
  CHECK_EQ(options.max_redirects, 0);
  CHECK_EQ(options.max_tries, 2);
  CHECK(options.timeout == milliseconds(500));
  CHECK(options.exclude.matches("xaab") && !options.exclude.matches("a+b"));
  CHECK_EQ(options.svg, "x.svg");
  CHECK(options.json && options.timeline && options.quiet && options.help);
}

TEST("options and URLs stand in any order, and after -- all are URLs") {
  const Options options = parse({"u1", "--quiet", "u2", "-", "--", "--json"});
  CHECK_EQ(options.urls, Strings({"u1", "u2", "-", "--json"}));
  CHECK(options.quiet && !options.json);
}

TEST("a mistake names the option and the cause") {
  CHECK_WHAT(parse({"--concurrency", "x"}),
             "--concurrency: not a number: 'x'");
  CHECK_WHAT(parse({"--concurrency", "4x"}), "not a number: '4x'");
  CHECK_WHAT(parse({"--concurrency", ""}), "not a number: ''");
  CHECK_WHAT(parse({"--concurrency=0"}),
             "--concurrency: not from 1 to 100000: '0'");
  CHECK_WHAT(parse({"--max-tries", "99999999999999999999"}), "not from 1 to");
  CHECK_WHAT(parse({"--max-pages"}), "--max-pages: needs a value");
  CHECK_WHAT(parse({"--timeout", "soon"}),
             "--timeout: not a duration: 'soon'");
  CHECK_WHAT(parse({"--timeout", "0"}), "--timeout: less than 1 ms");
  CHECK_WHAT(parse({"--exclude", "(("}), "--exclude: bad pattern '((': ");
  CHECK_WHAT(parse({"--svg", ""}), "--svg: no file name");
  CHECK_WHAT(parse({"--json=yes"}), "--json: takes no value");
  CHECK_WHAT(parse({"--jsn"}), "unknown option '--jsn'");
  CHECK_WHAT(parse({"-q"}), "unknown option '-q'");
  CHECK_THROWS(cli::UsageError, parse({"--concurrency", "-1"}));
}

TEST("a duration has an optional unit and fraction") {
  using cli::parse_duration;
  CHECK(parse_duration("2") == milliseconds(2000));
  CHECK(parse_duration("0.5") == milliseconds(500));
  CHECK(parse_duration(".25s") == milliseconds(250));
  CHECK(parse_duration("500ms") == milliseconds(500));
  CHECK(parse_duration("1.5ms") == std::chrono::microseconds(1500));
  CHECK(parse_duration("250us") == std::chrono::microseconds(250));
  CHECK(parse_duration("2m") == milliseconds(120'000));
  for (const char* bad : {"", ".", "s", "-1", "1 s", "1h", "1.2.3", "nan",
                          "0x10", "1e3", "99999999999999"}) {
    CHECK_WHAT(parse_duration(bad), "not a duration");
  }
}

TEST("a duration prints in its natural unit") {
  CHECK_EQ(cli::format_duration(milliseconds(30'000)), "30 s");
  CHECK_EQ(cli::format_duration(milliseconds(1500)), "1.5 s");
  CHECK_EQ(cli::format_duration(milliseconds(500)), "500 ms");
  CHECK_EQ(cli::format_duration(std::chrono::nanoseconds(0)), "0 s");
}

TEST("help names every option and what the stage cannot do, in 80 columns") {
  const std::string text = help_text(
      "02-threads", "a page that never answers holds its thread until the "
                    "socket's own time-out, which is that of one call.");
  for (const char* option :
       {"--concurrency", "--max-pages", "--max-redirects", "--max-tries",
        "--timeout", "--exclude", "--json", "--timeline", "--svg", "--quiet",
        "--help"}) {
    CHECK(text.find(option) != text.npos);
  }
  CHECK(text.find("This stage (02-threads): a page") != text.npos);
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != text.npos;
       start = end + 1) {
    CHECK(end - start <= 80);
  }
  CHECK(help_text("x", "").find("This stage") == text.npos);
}

}  // namespace
}  // namespace crawler
