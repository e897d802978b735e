#include "common/site_pages.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace site {
namespace {

using std::chrono::milliseconds;

constexpr int kChildren = 8;
constexpr int kSpecial = 3;  // the text file, the redirect and its target

const char kNotes[] = "/notes.txt";
const char kTarget[] = "/part-1/latest%20news.html";
const char kRedirect[] = "/latest";

constexpr std::array<const char*, 8> kSentences = {
    "A program that waits for one answer at a time is mostly waiting.",
    "The network is slow, and the processor has nothing to do meanwhile.",
    "Whoever waits on a socket could as well wait on a thousand of them.",
    "A thread is a way to wait; it is not the only one, nor the cheapest.",
    "What must a function remember while it waits? Its locals, and its place.",
    "An event loop asks the kernel one question: which of these is ready?",
    "Fish &amp; chips &lt;first&gt;, and then the bill &mdash; in order.",
    "Concurrency is dealing with many things; parallelism is doing them.",
};

bool has_specials(const Options& options) {
  return options.pages >= 2 * kSpecial;
}

// How many of the numbers are ordinary HTML pages.
int tree_size(const Options& options) {
  return has_specials(options) ? options.pages - kSpecial : options.pages;
}

// Spreads consecutive numbers over the whole range, the same on every run.
unsigned scatter(int number) {
  return (static_cast<unsigned>(number) + 1) * 2654435761u >> 16;
}

// Between a half and one and a half of the option; every 17th page three
// times as slow, so that a timeline has something to show.
milliseconds delay_of(const Options& options, int number) {
  auto percent = static_cast<int>(50 + scatter(number) % 101);
  if (number % 17 == 5) percent = 300;
  return options.delay * percent / 100;
}

std::string folder_of(int number) {
  if (number == 0) return "/";
  return "/part-" + std::to_string((number - 1) % kChildren + 1) + "/";
}

// The last part of the path, as the page writes it: every seventh page is told
// from others by its query alone.
std::string name_of(int number) {
  if (number == 0) return "";
  std::string n = std::to_string(number);
  if (number % 7 == 3) return "list.html?page=" + n + "&view=full";
  return "page-" + n + ".html";
}

std::string escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      out += c;
    }
  }
  return out;
}

// A base element moves every relative link of its page.
bool has_base(int number) { return number % 11 == 4; }

// Writes the address of page `to` as page `from` may: the same page can be
// named in many ways, and a crawler has to see that it is the same.
std::string reference(const Options& options, int from, int to,
                      std::string_view host) {
  std::string path = page_path(options, to);
  std::string rest = path.substr(1);
  std::string up = from == 0 || has_base(from) ? "" : "../";
  switch (scatter(from * 31 + to) % 8) {
    case 0: return escape(path);
    case 1: return escape(path) + "#section-2";
    case 2: return escape(up + "./" + rest);
    case 3: return escape("/nowhere/.././" + rest);
    case 4: return escape("http://" + std::string(host) + path);
    case 5: return escape("//" + std::string(host) + path);
    case 6: return " " + escape(path) + "\n";  // a browser strips the spaces
    default: return escape(up + rest);
  }
}

// An attribute may stand in double quotes, in single ones, or in none.
std::string anchor(const std::string& href, int style, std::string_view text) {
  bool spaces = href.find_first_of(" \n") != std::string::npos;
  std::string out = "<li>";
  if (style % 3 == 1) {
    out += "<A class=next HREF='" + href + "'>";
  } else if (style % 3 == 2 && !spaces) {
    out += "<a href=" + href + " title='a > b'>";
  } else {
    out += "<a\n  href = \"" + href + "\">";
  }
  return out.append(text) + "</a>\n";
}

void add_paragraphs(std::string& out, int number) {
  unsigned count = 3 + scatter(number) % 60;
  for (unsigned i = 0; i < count; ++i) {
    out += i % 4 == 0 ? "<p>" : " ";
    out += kSentences[(i * 5 + scatter(number + 1)) % kSentences.size()];
    out += '\n';
  }
}

void add_links(std::string& out, const Options& options, int number,
               std::string_view host) {
  const int size = tree_size(options);
  auto add = [&](int to) {
    out += anchor(reference(options, number, to, host), number + to,
                  "Page " + std::to_string(to));
  };
  out += "<ul>\n";
  for (int i = 1; i <= kChildren; ++i) {
    if (number * kChildren + i < size) add(number * kChildren + i);
  }
  if (number > 0) add((number - 1) / kChildren);
  add(static_cast<int>(scatter(number) % static_cast<unsigned>(size)));
  if (has_specials(options) && number % 9 == 0) {
    out += anchor(kNotes, number, "Notes");
    out += anchor("/l%61test", number, "Latest news");  // %61 is an "a"
  }
  out += "</ul>\n";
}

// What looks like a link and is none, and links that lead elsewhere. Whoever
// follows /never gets a 404 for it.
const char kDecoys[] =
    "<!-- <a href=\"/never/comment\">no link</a> -->\n"
    "<script>var s = \"<a href='/never/script'>\";</script>\n"
    "<textarea><a href=\"/never/text\"></textarea>\n"
    "<p><a href=\"#top\">Top</a> <a href=\"mailto:me@example.org\">Mail</a>\n"
    "<a href=\"https://docs.python.org/3/library/asyncio.html\">asyncio</a>\n"
    "<a name=\"/never/name\">no href</a>\n";

std::string page_body(const Options& options, int number,
                      std::string_view host) {
  std::string title = number ? "Page " + std::to_string(number) : "The site";
  std::string out =
      "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n<title>" +
      title + "</title>\n";
  if (has_base(number)) out += "<base href=\"/\">\n";
  out +=
      "<style>body { max-width: 40em; margin: 2em auto; padding: 0 1em;\n"
      "  font-family: sans-serif; color-scheme: light dark; }</style>\n"
      "</head>\n<body id=top>\n<h1>" +
      title + "</h1>\n";
  add_paragraphs(out, number);
  add_links(out, options, number, host);
  return out + kDecoys + "</body>\n</html>\n";
}

Answer not_found(std::string_view target) {
  Answer answer;
  answer.status = 404;
  answer.body = "<!DOCTYPE html>\n<title>Not Found</title>\n<p>Nothing at <b>" +
                escape(target) + "</b>.\n";
  return answer;
}

Answer special_answer(const Options& options, int number,
                      std::string_view host) {
  Answer answer;
  answer.delay = delay_of(options, number);
  std::string path = page_path(options, number);
  if (path == kNotes) {
    answer.content_type = "text/plain; charset=utf-8";
    answer.body = "Not HTML, so this is text: <a href=\"/never/plain\">x</a>\n";
  } else if (path == kRedirect) {
    answer.status = 302;
    answer.location = "part-1/latest news.html";  // relative, with a space
    answer.body = "<a href=\"/part-1/latest%20news.html\">Moved</a>\n";
  } else {
    answer.body = page_body(options, number, host);
  }
  return answer;
}

// The number in a path's "page-12.html" or "page=12&view=full", or -1.
int number_in(std::string_view target) {
  std::size_t at = target.find("/page-");
  if (at == std::string_view::npos) at = target.find("?page=");
  if (at == std::string_view::npos) return -1;
  int number = 0;
  for (char c : target.substr(at + 6)) {
    if (c < '0' || c > '9' || number > 10'000'000) break;
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace

std::string page_path(const Options& options, int number) {
  if (has_specials(options)) {
    if (number == options.pages - 3) return kNotes;
    if (number == options.pages - 2) return kTarget;
    if (number == options.pages - 1) return kRedirect;
  }
  return folder_of(number) + name_of(number);
}

Answer answer_to(const Options& options, std::string_view target,
                 std::string_view host) {
  const int size = tree_size(options);
  for (int number = size; number < options.pages; ++number) {
    if (target == page_path(options, number)) {
      return special_answer(options, number, host);
    }
  }
  int number = target == "/" ? 0 : number_in(target);
  if (number < 0 || number >= size || target != page_path(options, number)) {
    return not_found(target);
  }
  Answer answer;
  answer.delay = delay_of(options, number);
  answer.body = page_body(options, number, host);
  return answer;
}

}  // namespace site
