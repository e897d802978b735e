#include "common/crawl.hpp"
#include "common/crawl_state.hpp"
#include "common/socket.hpp"

// What a crawl has to report.

namespace crawler {

std::vector<Page> Crawl::pages() const {
  std::vector<Page> pages;
  for (const auto& [url, visit] : by_url_) {
    if (!visit->settled && visit->page.tries == 0) continue;
    pages.push_back(visit->page);
    if (visit->settled || !interrupted_) continue;
    pages.back().error = get_error(url, "interrupted");
  }
  return pages;
}

Totals Crawl::totals() const {
  Totals totals;
  for (const auto& visit : visits_) {
    const Page& page = visit->page;
    if (!visit->settled && page.tries == 0) continue;
    ++totals.pages;
    totals.bytes += page.bytes;
    totals.links += page.links;
    const bool cut = interrupted_ && !visit->settled;
    if (cut || !page.error.empty()) ++totals.failed;
  }
  totals.seconds = to_seconds(ended_ - began_);
  for (const bool took_part : threads_) totals.threads += took_part ? 1 : 0;
  totals.most_sockets = asyncio::Socket::peak_count();
  return totals;
}

std::vector<timeline::Row> Crawl::timeline() const {
  std::vector<timeline::Row> rows = rows_;
  for (const auto& fetch : running_) {
    const Time end = ended_ < fetch->start_ ? fetch->start_ : ended_;
    rows[fetch->row_] = fetch->row(began_, end, true);
  }
  return rows;
}

}  // namespace crawler
