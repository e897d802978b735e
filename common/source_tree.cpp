#include "common/source_tree.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdlib>
#include <utility>

#include "common/error.hpp"
#include "common/lesson.hpp"
#include "common/text.hpp"

namespace source_tree {
namespace {

std::vector<std::string> entries(const std::string& folder) {
  DIR* directory = ::opendir(folder.c_str());
  if (directory == nullptr) asyncio::throw_errno("open", folder);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory)) {
    std::string name = entry->d_name;
    if (name[0] == '.' || name == "build" || name == "__pycache__") continue;
    auto at = names.end();  // sorted
    while (at != names.begin() && *(at - 1) > name) --at;
    names.insert(at, std::move(name));
  }
  ::closedir(directory);
  return names;
}

bool is_folder(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// 5 for "TOP05-callbacks/...", else 0.
int number_below(const std::string& path, std::string_view top) {
  if (!path.starts_with(top) || path.size() < top.size() + 3) return 0;
  const char* number = path.c_str() + top.size();
  const bool is_number =
      web::is_digit(number[0]) && web::is_digit(number[1]) && number[2] == '-';
  return is_number ? std::atoi(number) : 0;
}

std::vector<Include> includes_of(const std::vector<std::string>& lines) {
  constexpr std::string_view directive = "#include \"";
  std::vector<Include> found;
  for (std::size_t i = 0; i != lines.size(); ++i) {
    if (!lines[i].starts_with(directive)) continue;
    const std::string rest = lines[i].substr(directive.size());
    found.push_back({static_cast<int>(i) + 1, rest.substr(0, rest.find('"'))});
  }
  return found;
}

void read_folder(const std::string& root, const std::string& folder,
                 std::vector<File>& files) {
  for (const std::string& name : entries(root + "/" + folder)) {
    const std::string path = folder.empty() ? name : folder + "/" + name;
    if (is_folder(root + "/" + path)) {
      read_folder(root, path, files);
      continue;
    }
    File file;
    file.path = path;
    file.lines = lesson::split_lines(lesson::read_file(root + "/" + path));
    file.includes = includes_of(file.lines);
    files.push_back(std::move(file));
  }
}

}  // namespace

std::string File::folder() const {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "" : path.substr(0, slash);
}

std::string File::name() const { return path.substr(path.rfind('/') + 1); }

std::string File::stem() const {
  const std::string whole = name();
  return whole.substr(0, whole.rfind('.'));
}

std::string File::extension() const {
  const std::string whole = name();
  const std::size_t dot = whole.rfind('.');
  return dot == whole.npos ? "" : whole.substr(dot + 1);
}

int File::chapter() const { return number_below(path, "chapters/"); }

int File::exercise() const {
  return number_below(path, "exercises/") + number_below(path, "solutions/");
}

std::vector<File> read(const std::string& root) {
  std::vector<File> files;
  read_folder(root, "", files);
  return files;
}

std::string root() {
  const char* root = std::getenv("ASYNCIO_SOURCE_DIR");
  return root == nullptr ? "." : root;
}

}  // namespace source_tree
