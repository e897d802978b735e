#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "common/program.hpp"
#include "common/site.hpp"
#include "common/stages.hpp"

// The tour runs the crawl of every stage that is built, one after another, over
// one embedded site, shows each one's timeline, and ends with a table of what
// each stage cost.

namespace {

using stages::Report;
using stages::Stage;

struct Stop {
  Stage stage;
  program::Outcome outcome;
  Report report;
  long lines = 0;  // of its crawl.cpp; 0: not found
};

// "# 5. Callbacks" at the top of a lesson is its title. Empty if there is none.
std::string title_of(const std::string& lesson) {
  std::string title;
  if (std::FILE* file = std::fopen(lesson.c_str(), "r")) {
    char line[200];
    if (std::fgets(line, sizeof line, file)) title = line;
    std::fclose(file);
  }
  if (!title.starts_with("# ")) return "";
  title.erase(std::min(title.find('\n'), title.size()));
  return title.substr(2);
}

// A chapter's name within the table's first column: "14-transports" for
// "14-transports-and-protocols".
std::string short_name(const std::string& name) {
  constexpr std::size_t width = 18;
  if (name.size() <= width) return name;
  std::size_t end = name.rfind('-', width);
  if (name.substr(0, end).ends_with("-and")) end -= 4;
  return name.substr(0, end);
}

long count_lines(const std::string& name) {
  long lines = 0;
  if (std::FILE* file = std::fopen(name.c_str(), "r")) {
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) {
      lines += c == '\n';
    }
    std::fclose(file);
  }
  return lines;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds(const rusage& usage) {
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double megabytes(const rusage& usage) {
#ifdef __APPLE__
  constexpr double unit = 1;
#else
  constexpr double unit = 1024;
#endif
  return static_cast<double>(usage.ru_maxrss) * unit / 1e6;
}

long switches(const rusage& usage) { return usage.ru_nvcsw + usage.ru_nivcsw; }

// The crawl draws its progress line and its timeline on standard error, which
// is our standard output here.
Stop visit(const Stage& stage, const std::string& sources,
           const std::string& url) {
  program::Program crawl({stage.program, "--json", "--timeline", url},
                         program::Err::show);
  Stop stop;
  stop.stage = stage;
  stop.outcome = crawl.wait();
  if (stop.outcome.status == 0) {
    stop.report = stages::read_report(stop.outcome.out);
  }
  stop.lines = count_lines(sources + "/chapters/" + stage.name + "/crawl.cpp");
  return stop;
}

void print_heading(const Stage& stage, std::size_t number, std::size_t count,
                   const std::string& sources) {
  std::string title =
      title_of(sources + "/chapters/" + stage.name + "/README.md");
  if (title.empty()) title = "crawl";
  std::printf("\n[%zu/%zu] %s  (%s)\n", number, count, title.c_str(),
              stage.name.c_str());
  std::fflush(stdout);
}

void print_table(const std::vector<Stop>& stops) {
  std::printf(
      "\n%-18s %5s %7s %6s %6s %7s %7s %8s %5s\n"
      "%46s %15s\n",
      "stage", "pages", "seconds", "CPU s", "memory", "threads", "sockets",
      "switches", "lines", "MB", "at once");
  for (const Stop& stop : stops) {
    const Report& report = stop.report;
    const rusage& usage = stop.outcome.usage;
    std::printf("%-18s %5ld %7.2f %6.3f %6.1f %7ld %7ld %8ld %5ld\n",
                short_name(stop.stage.name).c_str(), report.total_pages,
                report.seconds,
                cpu_seconds(usage), megabytes(usage), report.threads,
                report.most_sockets, switches(usage), stop.lines);
  }
}

void print_legend() {
  std::printf(
      "\n"
      "seconds: from the first request to the last answer. CPU s: how long\n"
      "the process computed, in its own code and in the kernel's. memory: the\n"
      "most it held. switches: how often it left the processor. lines: of\n"
      "the stage's crawl.cpp, all that differs between the stages.\n");
}

// The first stage has no predecessor to agree with.
bool agree(const std::vector<Stop>& stops) {
  for (const Stop& stop : stops) {
    if (stop.outcome.status != 0 ||
        stop.report.str() != stops.front().report.str()) {
      std::printf("\n%s differs from the first: exit status %d, %ld pages.\n",
                  stop.stage.name.c_str(), stop.outcome.status,
                  stop.report.total_pages);
      return false;
    }
  }
  return true;
}

void print_farewell(const std::vector<Stop>& stops) {
  std::printf(
      "\n"
      "Every stage found the same %ld pages. Read next how:\n"
      "\n"
      "  chapters/%s/README.md\n"
      "\n"
      "and run a stage by hand:\n"
      "\n"
      "  %s --help\n",
      stops.front().report.total_pages, stops.front().stage.name.c_str(),
      stops.front().stage.program.c_str());
}

int tour(const std::string& build, const std::string& sources) {
  const std::vector<Stage> all = stages::find(build);
  if (all.empty()) {
    std::fprintf(stderr, "tour: no crawl below %s/chapters: build it first\n",
                 build.c_str());
    return 1;
  }
  const site::Options options;
  site::Site the_site(options);
  std::printf(
      "One crawl, %zu stages: %d pages from %s,\n"
      "each answered after about %d ms. Time runs to the right.\n",
      all.size(), options.pages, the_site.url().c_str(),
      static_cast<int>(options.delay.count()));
  std::vector<Stop> stops;
  for (const Stage& stage : all) {
    print_heading(stage, stops.size() + 1, all.size(), sources);
    stops.push_back(visit(stage, sources, the_site.url()));
  }
  print_table(stops);
  print_legend();
  if (!agree(stops)) return 1;
  print_farewell(stops);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3 || argv[1][0] == '-') {
    std::fputs("usage: tour BUILD_FOLDER [SOURCE_FOLDER]\n", stderr);
    return 2;
  }
  try {
    return tour(argv[1], argc == 3 ? argv[2] : ".");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tour: %s\n", error.what());
    return 1;
  }
}
