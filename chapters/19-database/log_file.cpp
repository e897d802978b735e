#include "19-database/log_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

#include "19-database/command_parser.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace database {

namespace {

// fdatasync() leaves out what nobody needs to find the data again, such as
// the time of the last write. Not every system has it.
int sync_data(int fd) {
#if defined(_POSIX_SYNCHRONIZED_IO) && _POSIX_SYNCHRONIZED_IO > 0
  return ::fdatasync(fd);
#else
  return ::fsync(fd);
#endif
}

// A file that was just made has a name only once its folder is on disk.
void sync_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
  if (folder.empty()) folder = "/";
  const asyncio::Descriptor opened(
      ::open(folder.c_str(), O_RDONLY | O_CLOEXEC));
  // Some file systems cannot sync a folder; they need not.
  if (opened) (void)::fsync(opened.get());
}

}  // namespace

LogFile::LogFile(std::string path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC,
                   0666)) {
  if (!file_) fail("open");
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) < 0) fail("lock");
  sync_folder(path_);
}

void LogFile::fail(const char* operation) const {
  asyncio::throw_errno(operation, path_);
}

void LogFile::write(std::string_view records) {
  while (!records.empty()) {
    const ssize_t n = ::write(file_.get(), records.data(), records.size());
    if (n >= 0) {
      records.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      fail("write");
    }
  }
}

void LogFile::sync() {
  while (sync_data(file_.get()) < 0) {
    if (errno != EINTR) fail("sync");
  }
}

// A Loader takes the file's commands apart, and knows up to where they count.
class LogFile::Loader {
 public:
  explicit Loader(const Apply& apply) : apply_(apply) {}

  void feed(std::string_view bytes) {
    parser_.feed(bytes);
    while (parser_.next()) take(parser_.arguments());
    parser_.save();
  }

  std::uint64_t good() const { return good_; }
  std::uint64_t commands() const { return commands_; }

 private:
  using Words = std::vector<std::string_view>;

  void take(const Words& words) {
    if (words[0] == "MULTI" && !in_transaction_) {
      in_transaction_ = true;
    } else if (words[0] == "EXEC" && in_transaction_) {
      for (const auto& command : transaction_) {
        apply({command.begin(), command.end()});
      }
      in_transaction_ = false;
      transaction_.clear();
    } else if (in_transaction_) {
      transaction_.emplace_back(words.begin(), words.end());
    } else {
      apply(words);
    }
    if (!in_transaction_) good_ = parser_.consumed();
  }

  void apply(const Words& words) {
    apply_(words);
    ++commands_;
  }

  const Apply& apply_;
  resp::CommandParser parser_;
  bool in_transaction_ = false;
  std::vector<std::vector<std::string>> transaction_;
  std::uint64_t good_ = 0;
  std::uint64_t commands_ = 0;
};

LogFile::Loaded LogFile::load(const Apply& apply) {
  Loader loader(apply);
  std::uint64_t size = 0;
  try {
    size = read_all(loader);
  } catch (const std::system_error&) {
    throw;
  } catch (const std::exception& error) {
    throw std::runtime_error("load " + path_ + ": at byte " +
                             std::to_string(loader.good()) + ": " +
                             error.what());
  }
  const Loaded loaded{loader.commands(), size - loader.good()};
  if (loaded.cut > 0) {
    if (::ftruncate(file_.get(), static_cast<off_t>(loader.good())) < 0) {
      fail("truncate");
    }
    sync();
  }
  return loaded;
}

std::uint64_t LogFile::read_all(Loader& loader) {
  std::string piece(256 * 1024, '\0');
  off_t size = 0;
  for (;;) {
    const ssize_t n = ::pread(file_.get(), piece.data(), piece.size(), size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("read");
    if (n == 0) return static_cast<std::uint64_t>(size);
    loader.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(n)));
    size += n;
  }
}

}  // namespace database
