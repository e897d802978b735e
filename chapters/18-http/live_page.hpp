// The page that `server` shows at "/": it asks /events for numbers, and draws
// them. One file, so that it works without any network but the server's.
//
// Not part of the library: for programs and tests.

#pragma once

#include <string_view>

inline constexpr std::string_view live_page = R"HTML(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A loop at work</title>
<meta name="color-scheme" content="light dark">
<style>
 body { font: 16px system-ui, sans-serif; margin: 2em auto; max-width: 46em }
 table { border-collapse: collapse } td { padding: .15em 1.2em .15em 0 }
 td:last-child { text-align: right; font-variant-numeric: tabular-nums }
 canvas { width: 100%; height: 160px; border: 1px solid #888 }
 .busy { color: #4a7ebb } .rate { color: #c0762b }
</style></head><body>
<h1>A loop at work</h1>
<p>One thread of process <b id="pid">?</b>.
   <span class="busy">Share of the time it works</span>,
   <span class="rate">requests a second</span>:</p>
<canvas id="chart" width="720" height="160"></canvas>
<table id="table"></table>
<p>Try <a href="/aio?delay=2">/aio?delay=2</a>, or
   <code>wrk -c 64 -d 10 http://.../hello</code>.</p>
<script>
const names = {
  busy: "works, percent of the time", rate: "requests a second",
  callbacks: "callbacks a second", polls: "questions to the kernel a second",
  longest: "longest stretch without a question, ms", waiting: "in the queue",
  tasks: "tasks", open: "connections", running: "handlers at work",
  requests: "requests answered", errors: "of them with 5xx" };
const busy = [], rate = [];
function draw(list, color, most) {
  const c = document.getElementById("chart"), g = c.getContext("2d");
  g.strokeStyle = color; g.lineWidth = 2; g.beginPath();
  list.forEach((v, i) => g.lineTo(i * c.width / 120,
                                  c.height - 4 - v / most * (c.height - 8)));
  g.stroke();
}
function show(now) {
  document.getElementById("pid").textContent = now.pid;
  document.getElementById("table").innerHTML = Object.keys(names).map(k =>
    `<tr><td>${names[k]}</td><td>${now[k]}</td></tr>`).join("");
  busy.push(now.busy); rate.push(now.rate);
  if (busy.length > 120) { busy.shift(); rate.shift(); }
  const c = document.getElementById("chart");
  c.getContext("2d").clearRect(0, 0, c.width, c.height);
  draw(busy, "#4a7ebb", 100);
  draw(rate, "#c0762b", Math.max(10, ...rate));
}
new EventSource("/events").onmessage = e => show(JSON.parse(e.data));
</script></body></html>
)HTML";
