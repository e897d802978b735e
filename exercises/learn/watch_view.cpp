// What a Watch shows: the current exercise, or the list of all.

#include <cstddef>
#include <string>

#include "common/columns.hpp"
#include "exercises/learn/watch.hpp"

namespace learn {
namespace {

constexpr const char* keys =
    "h hint   n next   p previous   l list   r reset   q quit";

}  // namespace

void Watch::draw() {
  if (lists_) {
    terminal_.draw(look_, list());
  } else {
    terminal_.draw(look_, compose(look_, picture()));
  }
}

Picture Watch::picture() const {
  Picture shown;
  shown.done = static_cast<std::size_t>(session_.done());
  shown.all = session_.exercises.size();
  shown.title = current_->title;
  shown.facts = current_->name + ": " + facts(*current_);
  const std::string folder = session_.work.shown(*current_);
  shown.paths.push_back("Task: " + folder + "/README.md");
  for (const std::string& file : current_->edits) {
    shown.paths.push_back("Edit: " + folder + "/" + file);
  }
  shown.text = first_paragraph(current_->task);
  if (hint_ > 0) {
    const Hint& hint = current_->hints[hint_ - 1];
    shown.text = hint.title + "\n\n" + hint.text;
  }
  shown.colour = colour_;
  shown.status = status_;
  shown.message = message_;
  shown.more = typed(session_, "check");
  shown.footer = asks_ ? "What you have written is lost. Reset it? y/N" : keys;
  return shown;
}

// A line a chapter.
std::vector<std::string> Watch::list() const {
  std::vector<std::string> lines;
  std::string chapter;
  for (const Exercise& one : session_.exercises) {
    if (one.chapter() != chapter) {
      chapter = one.chapter();
      lines.push_back(columns::left(chapter, 27));
    }
    const bool here = &one == current_;
    const char* mark = here ? ">" : look_.mark(session_.work.is_done(one));
    lines.back() += std::string(" ") + mark + " " + one.short_name();
  }
  for (std::string& line : lines) line = columns::elide(line, look_.columns);
  lines.insert(lines.begin(),
               {look_.bar(static_cast<std::size_t>(session_.done()),
                          session_.exercises.size(), 40) + " done", ""});
  if (lines.size() + 2 > look_.rows) lines.resize(look_.rows - 2);
  lines.push_back("");
  lines.push_back(look_.paint(Colour::bold, "l back   n next   p previous"));
  return lines;
}

}  // namespace learn
