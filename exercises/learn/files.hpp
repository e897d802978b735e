// files.hpp is what the course command needs of the file system, over POSIX:
// lists, copies, whole trees, and a write that is done or not done.
//
// Plain functions, which block for as long as a disk takes; any thread. Every
// failure is a std::system_error "OPERATION PATH: CAUSE".

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace learn {

using Names = std::vector<std::string>;

// The names in a folder, sorted, without those that begin with a dot.
Names entries(const std::string& folder);

bool is_folder(const std::string& path);
bool is_file(const std::string& path);  // a plain one

// Two paths of one folder or file.
bool same_file(const std::string& a, const std::string& b);

// "a/b/c" without "a/b/": and "a/b".
std::string base_name(std::string_view path);
std::string parent_path(std::string_view path);

// Without links and dots. Of a path that does not exist: `path` itself.
std::string real_path(const std::string& path);

// What a person would type here to reach `path`: relative where it lies below
// the current folder.
std::string path_from_here(const std::string& path);

// A file of a person's own: refuses what is no plain file (a device, a pipe)
// or larger than a megabyte.
std::string read_answer(const std::string& path);

// Makes a folder and those above it that are missing.
void make_folders(const std::string& path);

// Writes beside `path` and renames: a reader sees the old file or the new one,
// and a full disk costs neither.
void write_file(const std::string& path, std::string_view text);

// Deletes a folder and what is in it; links are not followed.
void remove_tree(const std::string& path);

// Changes whenever one of the files is saved, be it with the text it had.
std::string fingerprint(const Names& paths);

}  // namespace learn
