#include "common/crawl_options.hpp"

#include <regex.h>

#include <stdexcept>

#include "common/columns.hpp"
#include "common/text.hpp"

namespace crawler {

struct Pattern::Compiled {
  Compiled() = default;
  ~Compiled() { ::regfree(&regex); }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  regex_t regex;
};

Pattern::Pattern(const std::string& expression) {
  // Owned only once it is compiled: what regcomp refused must not be freed.
  regex_t regex;
  const int error =
      ::regcomp(&regex, expression.c_str(), REG_EXTENDED | REG_NOSUB);
  if (error != 0) {
    char cause[100];
    ::regerror(error, &regex, cause, sizeof cause);
    throw std::invalid_argument("bad pattern " + web::quoted(expression) +
                                ": " + cause);
  }
  auto compiled = std::make_shared<Compiled>();
  compiled->regex = regex;
  compiled_ = std::move(compiled);
}

bool Pattern::matches(const std::string& text) const {
  return compiled_ != nullptr &&
         ::regexec(&compiled_->regex, text.c_str(), 0, nullptr, 0) == 0;
}

namespace {

int as_int(long number) { return static_cast<int>(number); }

void read_pattern(cli::Arguments& arguments, Pattern& pattern) {
  try {
    pattern = Pattern(arguments.text());
  } catch (const std::invalid_argument& error) {
    arguments.reject(error.what());
  }
}

void read_timeout(cli::Arguments& arguments, Options& options) {
  options.timeout = arguments.duration();
  if (options.timeout < std::chrono::milliseconds(1)) {
    arguments.reject("less than 1 ms");
  }
}

void read_file_name(cli::Arguments& arguments, std::string& name) {
  name = arguments.text();
  if (name.empty()) arguments.reject("no file name");
}

void read_argument(cli::Arguments& arguments, Options& options) {
  if (arguments.is_operand()) {
    options.urls.push_back(arguments.text());
  } else if (arguments.is("--concurrency")) {
    options.concurrency = as_int(arguments.number(1, 100'000));
  } else if (arguments.is("--max-pages")) {
    options.max_pages =
        static_cast<std::size_t>(arguments.number(1, 1'000'000'000));
  } else if (arguments.is("--max-redirects")) {
    options.max_redirects = as_int(arguments.number(0, 1000));
  } else if (arguments.is("--max-tries")) {
    options.max_tries = as_int(arguments.number(1, 1000));
  } else if (arguments.is("--timeout")) {
    read_timeout(arguments, options);
  } else if (arguments.is("--exclude")) {
    read_pattern(arguments, options.exclude);
  } else if (arguments.is("--json")) {
    options.json = arguments.flag();
  } else if (arguments.is("--timeline")) {
    options.timeline = arguments.flag();
  } else if (arguments.is("--svg")) {
    read_file_name(arguments, options.svg);
  } else if (arguments.is("--quiet")) {
    options.quiet = arguments.flag();
  } else if (arguments.is("--help")) {
    options.help = arguments.flag();
  } else {
    arguments.unknown();
  }
}

constexpr char kOptionsHelp[] =
    "Visits the pages that the URLs lead to by links, on the same host and\n"
    "port, and prints a row a page. Without a URL it crawls an embedded site.\n"
    "\n"
    "  --concurrency N    requests under way at once (10)\n"
    "  --max-pages N      stop after N pages\n"
    "  --max-redirects N  redirects in a row that are followed (10)\n"
    "  --max-tries N      tries of one page (4)\n"
    "  --timeout TIME     of one try, in seconds or as 500ms, 2s (30)\n"
    "  --exclude REGEX    do not follow links that match it (extended regular\n"
    "                     expression)\n"
    "  --json             print the report as JSON\n"
    "  --timeline         draw when each request was under way\n"
    "  --svg FILE         write that picture to FILE\n"
    "  --quiet            print the totals only\n"
    "  --help             print this\n"
    "\n"
    "Exit status: 0, 1 if a page failed, 2 for bad arguments, 130 after "
    "Ctrl-C.\n";

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  Options options;
  cli::Arguments arguments(argc, argv);
  while (arguments.next()) read_argument(arguments, options);
  return options;
}

std::string usage_line() { return "usage: crawl [OPTION]... [URL]...\n"; }

std::string help_text(const char* stage_name, const char* note) {
  std::string text = usage_line();
  text.append("\n").append(kOptionsHelp);
  if (*note != '\0') {
    text += "\n" + columns::wrap(std::string("This stage (") + stage_name +
                                     "): " + note,
                                 79);
  }
  return text;
}

}  // namespace crawler
