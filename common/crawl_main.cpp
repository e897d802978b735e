#include "common/crawl_main.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <string>

#include "common/crawl_report.hpp"
#include "common/error.hpp"
#include "common/interrupt.hpp"
#include "common/site.hpp"

namespace crawler {
namespace {

enum Status { kGood = 0, kFailed = 1, kBadArguments = 2, kInterrupted = 130 };

void complain(const std::string& text) {
  std::fprintf(stderr, "crawl: %s\n", text.c_str());
}

// A file that is closed, or nothing: std::fclose with the rest of RAII.
class File {
 public:
  explicit File(const std::string& name)
      : name_(name), file_(name.empty() ? nullptr : open(name)) {}
  ~File() {
    if (file_ != nullptr) std::fclose(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  explicit operator bool() const { return file_ != nullptr; }

  void write(const std::string& text) {
    const bool good = std::fwrite(text.data(), 1, text.size(), file_) ==
                          text.size() &&
                      std::fflush(file_) == 0;
    if (!good) asyncio::throw_errno("write", name_);
  }

 private:
  static std::FILE* open(const std::string& name) {
    std::FILE* file = std::fopen(name.c_str(), "we");
    if (file == nullptr) asyncio::throw_errno("open", name);
    return file;
  }

  const std::string name_;
  std::FILE* const file_;
};

// The stage's turn. Whatever it throws, what was crawled is still reported.
bool run(const Options& options, Crawl& crawl, void (*crawl_all)(Crawl&)) {
  Progress progress(!options.quiet);
  crawl.set_observer(&progress);
  bool good = true;
  std::string error;
  try {
    crawl_all(crawl);
  } catch (const asyncio::Interrupted&) {
    crawl.interrupt();
  } catch (...) {
    error = asyncio::describe(std::current_exception());
    good = false;
  }
  crawl.set_observer(nullptr);
  if (asyncio::interrupted()) crawl.interrupt();
  if (!good) complain(error);
  return good;
}

void print(const std::string& text, std::FILE* stream) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

void report(const Options& options, const Stage& stage, const Crawl& crawl,
            File& svg) {
  if (options.json) {
    print(json(crawl), stdout);
  } else {
    if (!options.quiet) print(table(crawl), stdout);
    print(totals_line(crawl), stdout);
  }
  if (options.timeline) {
    // With --json, standard output holds JSON and nothing else.
    std::FILE* stream = options.json ? stderr : stdout;
    print("\n" + timeline::render_text(crawl.timeline(),
                                       timeline::style_for(::fileno(stream))),
          stream);
  }
  if (svg) {
    svg.write(timeline::render_svg(crawl.timeline(),
                                   "crawl, " + std::string(stage.name)));
  }
  if (std::fflush(stdout) != 0) {
    asyncio::throw_errno("write", "standard output");
  }
}

int crawl_with(Options options, const Stage& stage,
               void (*crawl_all)(Crawl&)) {
  std::optional<File> svg;
  try {
    svg.emplace(options.svg);
  } catch (const std::exception& error) {
    complain(error.what());
    return kBadArguments;
  }
  // First the site: it forks, and must not inherit our handler for Ctrl-C.
  std::optional<site::Site> site;
  if (options.urls.empty()) options.urls.push_back(site.emplace().url());
  const asyncio::Interrupt interrupt;
  Crawl crawl(options);
  crawl.set_interrupt_fd(interrupt.fd());
  const bool good = run(options, crawl, crawl_all);
  report(options, stage, crawl, *svg);
  if (crawl.interrupted()) return kInterrupted;
  return good && crawl.totals().failed == 0 ? kGood : kFailed;
}

}  // namespace

int crawl_main(int argc, char** argv, const Stage& stage,
               void (*crawl_all)(Crawl&)) {
  try {
    const Options options = parse_options(argc, argv);
    if (!options.help) return crawl_with(options, stage, crawl_all);
    print(help_text(stage.name, stage.note), stdout);
    return kGood;
  } catch (const cli::UsageError& error) {
    complain(error.what());
    print(usage_line() + "'crawl --help' says more.\n", stderr);
    return kBadArguments;
  } catch (const std::exception& error) {
    complain(error.what());
    return kFailed;
  }
}

}  // namespace crawler
