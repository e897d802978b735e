#include <string>
#include <utility>
#include <vector>

#include "17-subprocesses-and-signals/process.hpp"
#include "19-database/client_cases.hpp"
#include "19-database/database_world.hpp"

// The real things: redis-server beside the embedded server, with the same
// clients and the same sessions; and redis-cli, redis-benchmark and
// redis-check-aof with the embedded server. Debian has all of them in
// redis-server and redis-tools.

namespace {

using namespace client_cases;
using asyncio::ProcessOutput;
using test::need_program;
using test::RealServer;
using test::with_server;

void with_real(Coro<> (*test_case)(RedisOptions)) {
  const RealServer server;
  asyncio::run(test_case(server.options()));
}

TEST("the client does with redis-server what it does with our server") {
  for (auto test_case : {plain_commands, refused_commands, large_texts,
                         many_tasks_one_connection, cancelled_commands,
                         transactions, messages, many_messages,
                         pool_has_a_limit, blocking_commands}) {
    with_real(test_case);
  }
}

// ---- the same session gives the same bytes

Coro<asyncio::Stream> open(RedisOptions options) {
  if (!options.unix_path.empty()) {
    co_return co_await asyncio::open_unix_connection(options.unix_path);
  }
  co_return co_await asyncio::open_connection(options.host, options.port);
}

// Sends a session, and gives all that comes back until the server ends it.
Coro<std::string> transcript(RedisOptions options, std::string session) {
  RedisClient ready(options);
  co_await ready.command("PING");
  asyncio::Stream stream = co_await open(options);
  stream.writer.write(session);
  std::string answers = co_await stream.reader.read();
  co_return answers;
}

// Each begins with nothing there, and ends with QUIT, or by itself.
const std::string sessions[] = {
    // Texts
    "PING\r\nping hello\r\nPING a b\r\nECHO x\r\nECHO\r\nGET none\r\n"
    "SET a 1\r\nGET a\r\nGET\r\nGET a b\r\nset A 2\r\nGET A\r\nGET a\r\n"
    "SET b 1 NX\r\nSET b 2 NX\r\nGET b\r\nSET b 3 XX\r\nSET c 1 XX\r\n"
    "GET c\r\nSET d 1 NX XX\r\nSET d 1 FOO\r\nSET d 1 EX\r\nSET d\r\n"
    "SET d 1 EX 0\r\nSET d 1 EX -5\r\nSET d 1 EX abc\r\nSET d 1 EX 1.5\r\n"
    "SET d 1 EX 9223372036854775807\r\nSET d 1 PX 9223372036854775807\r\n"
    "SET d 1 EX 10 PX 10\r\nSET d 1 PX 0\r\nGET d\r\n"
    "SET d 1 px 100000 xx\r\nSET d 1 nx ex 100\r\nTTL d\r\nTTL a\r\n"
    "TTL none\r\nTTL\r\nSET d 2\r\nTTL d\r\nSET e 1 PXAT 99999999999999\r\n"
    "DEL a b nothing a\r\nDEL\r\nEXISTS d d none\r\nEXISTS\r\nQUIT\r\n",
    // Numbers and time
    "INCR n\r\nINCR n\r\nGET n\r\nSET n abc\r\nINCR n\r\nSET n 07\r\nINCR n\r\n"
    "SET n ' 7'\r\nINCR n\r\nSET n 9223372036854775807\r\nINCR n\r\n"
    "SET n 9223372036854775806\r\nINCR n\r\nSET n -9223372036854775808\r\n"
    "INCR n\r\nSET n 9223372036854775808\r\nINCR n\r\nSET n -0\r\nINCR n\r\n"
    "SET n ''\r\nINCR n\r\nEXPIRE n 100\r\nTTL n\r\nINCR n x\r\n"
    "EXPIRE none 100\r\nEXPIRE n abc\r\nEXPIRE n 9223372036854775807\r\n"
    "EXPIRE n -9223372036854775807\r\nEXPIRE n\r\nEXPIRE n -1\r\nEXISTS n\r\n"
    "SET n 5 EX 100\r\nINCR n\r\nTTL n\r\nPEXPIREAT n 99999999999999\r\n"
    "PEXPIREAT n 1\r\nGET n\r\nPEXPIREAT n x\r\nQUIT\r\n",
    // Lists
    "LPUSH l a\r\nLPUSH l b c d\r\nLLEN l\r\nLPOP l\r\nLPOP l 2\r\nLPOP l 0\r\n"
    "LPOP l -1\r\nLPOP l x\r\nLPOP l 1 2\r\nLPOP l 100\r\nLPOP l\r\n"
    "LPOP l 1\r\nLPOP l 0\r\nLLEN l\r\nLPUSH l\r\nLPUSH\r\nLLEN\r\nSET s 1\r\n"
    "LPUSH s a\r\nLPOP s\r\nLPOP s 1\r\nLLEN s\r\nBLPOP s 1\r\nLPUSH l 1\r\n"
    "GET l\r\nINCR l\r\nSET l 1 NX\r\nSET l 1\r\nGET l\r\nLPUSH m 1 2 3\r\n"
    "BLPOP m 0\r\nBLPOP none m 0\r\nBLPOP m none 0.5\r\nBLPOP none 0.01\r\n"
    "BLPOP none\r\nBLPOP none x\r\nBLPOP none -1\r\nBLPOP none ''\r\n"
    "BLPOP none inf\r\nBLPOP none nan\r\nBLPOP none 1e30\r\n"
    "BLPOP none 0.001\r\nEXISTS m\r\nQUIT\r\n",
    // Transactions
    "MULTI\r\nMULTI\r\nSET a 1\r\nINCR a\r\nGET a\r\nEXEC\r\nEXEC\r\n"
    "DISCARD\r\nMULTI\r\nSET a 9\r\nDISCARD\r\nGET a\r\nMULTI\r\nNOSUCH\r\n"
    "SET a 7\r\nEXEC\r\nGET a\r\nMULTI\r\nSET a\r\nEXEC\r\nMULTI\r\nEXEC\r\n"
    "MULTI\r\nSET a x\r\nINCR a\r\nLPUSH a 1\r\nBLPOP none 0\r\nPING\r\n"
    "ECHO x\r\nEXEC\r\nMULTI x\r\nEXEC x\r\nMULTI\r\nGET a b\r\nDISCARD\r\n"
    "MULTI\r\nSUBSCRIBE c\r\nPUBLISH c x\r\nEXEC\r\nUNSUBSCRIBE\r\n"
    "MULTI\r\nSET q 1\r\nQUIT\r\n",
    // Messages
    "PUBLISH c x\r\nUNSUBSCRIBE\r\nUNSUBSCRIBE c\r\nSUBSCRIBE\r\nPUBLISH c\r\n"
    "SUBSCRIBE c d c\r\nGET a\r\nEXEC\r\nPUBLISH c x\r\nPING\r\n"
    "PING x\r\nMULTI\r\n"
    "NOSUCH\r\nUNSUBSCRIBE d\r\nUNSUBSCRIBE d\r\nUNSUBSCRIBE\r\nGET a\r\n"
    "QUIT\r\n",
    // What programs ask for first, and what nobody knows
    "SELECT 0\r\nSELECT 99\r\nSELECT x\r\nSELECT\r\nHELLO 9\r\nHELLO x\r\n"
    "CLIENT GETNAME\r\nCLIENT SETNAME me\r\nCLIENT GETNAME\r\nCLIENT\r\n"
    "CLIENT NOSUCH\r\nCONFIG GET save\r\nCONFIG GET appendonly\r\n"
    "CONFIG GET no-such\r\nCONFIG GET\r\nCONFIG\r\nCONFIG NOSUCH x\r\n"
    "NOSUCH\r\nNOSUCH a 'b c' d\r\n" + std::string(200, 'x') + " y\r\nNOSUCH " +
        std::string(100, 'y') + ' ' + std::string(100, 'z') +
        " more\r\n*2\r\n$3\r\na\r\nb\r\n$3\r\nc\r\nd\r\nQUIT ignored\r\n",
    // Bytes
    "*3\r\n$3\r\nSET\r\n$4\r\n\r\n\r\n\r\n$0\r\n\r\n*2\r\n$3\r\nGET\r\n$4\r\n"
    "\r\n\r\n\r\n\r\n\r\n*0\r\n*-1\r\nset \"a b\\x41\\n\" 'c\\'d'\r\n"
    "get \"a bA\\n\"\r\nQUIT\n",
    // And what ends a connection
    "PING\r\n*x\r\nPING\r\n",
    "*2147483648\r\n",
    "*1\r\nPING\r\n",
    "*1\r\n:1\r\n",
    "*1\r\n$-1\r\n",
    "*1\r\n$abc\r\n",
    "*1\r\n$536870913\r\n",
    "*01\r\n",
    "get 'a\r\n",
    "get \"a\"b\r\n",
    std::string(70'000, 'x'),
    "*" + std::string(70'000, '1'),
    "*1\r\n$" + std::string(70'000, '1'),
};

TEST("the same session gets the same answers, byte for byte") {
  for (const std::string& session : sessions) {
    const RealServer real;
    const std::string theirs =
        asyncio::run(transcript(real.options(), session));
    with_server([&](database::Server& server) -> Coro<> {
      std::string ours =
          co_await transcript(test::options_for(server), session);
      CHECK_EQ(ours, theirs);
    });
  }
}

// ---- programs of others

Coro<ProcessOutput> output_of(std::vector<std::string> args) {
  using namespace asyncio::subprocess;
  asyncio::SubprocessOptions options(DEVNULL, PIPE, PIPE);
  asyncio::Process process =
      co_await asyncio::create_subprocess_exec(std::move(args), options);
  ProcessOutput output = co_await process.communicate();
  int status = co_await process.wait();
  CHECK_EQ(status, 0);
  co_return output;
}

TEST("redis-cli talks to our server") {
  const std::string cli = need_program("redis-cli");
  with_server([&](database::Server& server) -> Coro<> {
    const std::string port = std::to_string(server.port());
    const auto ask = [&](std::vector<std::string> words) {
      std::vector<std::string> args = {cli, "-p", port, "--no-raw"};
      args.insert(args.end(), words.begin(), words.end());
      return output_of(std::move(args));
    };
    std::vector<std::string> words = {"SET", "k", "a b", "EX", "100"};
    ProcessOutput output = co_await ask(words);
    CHECK_EQ(output.out, "OK\n");
    words = {"GET", "k"};
    output = co_await ask(words);
    CHECK_EQ(output.out, "\"a b\"\n");
    words = {"LPUSH", "l", "1", "2"};
    output = co_await ask(words);
    CHECK_EQ(output.out, "(integer) 2\n");
    words = {"BLPOP", "l", "0"};
    output = co_await ask(words);
    CHECK_EQ(output.out, "1) \"l\"\n2) \"2\"\n");
    words = {"INFO"};
    output = co_await ask(words);
    CHECK(output.out.find("db0:keys=2") != std::string::npos);
  });
}

TEST("redis-benchmark drives our server, and gets all its answers") {
  const std::string benchmark = need_program("redis-benchmark");
  const asyncio::ScratchFolder folder;
  database::ServerOptions options;
  options.log = std::make_shared<database::LogFile>(folder.file("log"));
  with_server([&](database::Server& server) -> Coro<> {
    for (const std::string depth : {"1", "16"}) {
      std::vector<std::string> args = {
          benchmark, "-p", std::to_string(server.port()), "-n", "2000", "-P",
          depth, "-q", "-t", "ping,set,get,incr,lpush,lpop"};
      ProcessOutput output = co_await output_of(args);
      CHECK_EQ(output.err, "");
      CHECK(output.out.find("LPOP: ") != std::string::npos);
      CHECK_EQ(output.out.find("rror"), std::string::npos);
    }
    RedisClient client(test::options_for(server));
    std::optional<std::string> count =
        co_await client.get("counter:__rand_int__");
    CHECK(*count >= "4000");
    Value length = co_await client.command("LLEN", "mylist");
    CHECK_EQ(length.integer, 0);
  }, options);
}

TEST("redis-check-aof finds our file in order") {
  const std::string check = need_program("redis-check-aof");
  const asyncio::ScratchFolder folder;
  database::ServerOptions options;
  options.log = std::make_shared<database::LogFile>(folder.file("log"));
  with_server([&](database::Server& server) -> Coro<> {
    RedisClient client(test::options_for(server));
    co_await client.command("SET", "k", "v", "EX", 1000);
    std::vector<RedisCommand> commands = {{"INCR", "n"}, {"LPUSH", "l", "a"}};
    co_await client.transaction(commands);
    std::vector<std::string> args = {check, folder.file("log")};
    ProcessOutput output = co_await output_of(args);
    CHECK(output.out.find("is valid") != std::string::npos);
  }, options);
}

}  // namespace
