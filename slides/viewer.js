// The viewer: one slide at a time on a stage of 1280 by 720 pixels, which is
// scaled to the window. markdown.js reads the deck, highlight.js colours its
// code, theme.js knows light and dark; this file shows the slides and obeys the
// keys. What a mode looks like is said in viewer.css: here it is only a class
// of the body, `overview` or `speaker`.

const $ = (id) => document.getElementById(id);
const body = document.body.classList;
const deck = readDeck($("deck").textContent);
const count = deck.slides.length;
let now = 0;        // the slide that is shown, from 0
let other = null;   // the second window of this deck, when there is one
let started = null; // when the speaker's clock was set going

// --- the slides --------------------------------------------------------------

// A picture reads `@media (prefers-color-scheme: dark)`, which asks the system.
// Here the reader decides, so each picture is there twice, with the question
// answered, and the style sheet shows one of the two. As data: URLs the
// pictures are documents of their own: their ids and styles do not meet.
function placePicture(image) {
  const name = image.getAttribute("src");
  const source = document.querySelector(`pre[data-picture="${name}"]`);
  if (!source) return;  // the browser will show the alternative text
  const svg = source.textContent;
  image.alt ||= svg.match(/<title>([^<]*)/)?.[1] ?? "";
  const dark = image.cloneNode();
  for (const [copy, answer] of [[image, "not all"], [dark, "all"]]) {
    const decided = svg.replace(/\(prefers-color-scheme: dark\)/g, answer);
    copy.src = "data:image/svg+xml," + encodeURIComponent(decided);
    copy.className = answer === "all" ? "dark" : "light";
  }
  image.after(dark);
}

function build() {
  deck.slides.forEach((slide, i) => {
    const frame = document.createElement("div");
    frame.className = "frame";
    frame.tabIndex = -1;
    frame.innerHTML = `<section class="slide" role="group"
      aria-roledescription="slide" aria-label="${i + 1} of ${count}: ${
        escapeHtml(slide.title)}">${slide.html}</section>`;
    const section = frame.firstChild;
    section.classList.toggle("cover", i === 0);
    section.classList.toggle("question", slide.title.endsWith("?"));
    section.querySelectorAll("img").forEach(placePicture);
    $("slides").append(frame);
  });
}

// A slide that says little says it in larger letters: in the largest of these
// sizes with which all of it still fits. A picture takes the room that is left,
// so beside one nothing grows.
function grow(slide) {
  const parts = [...slide.querySelectorAll(":scope > *, pre")];
  const fits = () => parts.every((part) =>
    part.offsetTop + part.offsetHeight <= 668 && part.offsetWidth <= 1152 &&
    part.scrollWidth <= part.clientWidth);
  for (const size of [1.3, 1.2, 1.1, 1]) {
    slide.style.setProperty("--grow", size);
    if (fits()) return;
  }
}

function growAll() {
  body.add("overview");  // what is not shown has no size
  document.querySelectorAll(".slide:not(:has(img))").forEach(grow);
  body.remove("overview");
}

// --- where we are ------------------------------------------------------------

// Shows slide i, or the nearest that exists, and tells the other window unless
// the news came from there.
function show(i, { tell = true } = {}) {
  now = Math.max(0, Math.min(count - 1, i));
  const frames = [...$("slides").children];
  frames.forEach((frame, k) => {
    frame.classList.toggle("now", k === now);
    frame.classList.toggle("next", k === now + 1);
  });
  frames[now].focus({ preventScroll: true });
  if (body.contains("overview")) {
    frames[now].scrollIntoView({ block: "nearest" });
  }
  const slide = deck.slides[now];
  $("number").textContent = `${now + 1} / ${count}`;
  $("progress").value = now + 1;
  $("progress").max = count;
  document.title = `${slide.title} (${now + 1}) - ${deck.title}`;
  location.replace(`#${now + 1}`);
  showNotes();
  if (tell) other?.postMessage({ slide: now }, "*");
}

const fromUrl = () => (Number(location.hash.slice(1)) || 1) - 1;

// How large the stage is: the window, or a part of it. The style sheet makes
// the rest of the layout from --fit.
function fit() {
  let width = innerWidth;
  let height = innerHeight;
  if (body.contains("speaker")) [width, height] = [width * 0.6, height * 0.55];
  if (body.contains("overview")) width = height = Math.max(280, width / 4.5);
  const scale = Math.min(width / 1280, height / 720);
  root.style.setProperty("--fit", scale);
}

function setMode(name, on) {
  body.toggle(name, on);
  fit();
  show(now, { tell: false });
}

// --- the speaker's view ------------------------------------------------------

// A second window shows the notes, the next slide and the time; this one stays
// for the room. It is the same page, told so by ?speaker. Pages that come from
// files may not look into each other, but they may send messages. If no window
// can be opened, this one changes its view.
function toggleSpeaker() {
  if (opener && body.contains("speaker")) return close();
  if (!body.contains("speaker")) {
    const page = location.href.replace(/[?#].*/, "");
    const size = "width=1200,height=800";
    other = open(`${page}?speaker#${now + 1}`, "_blank", size);
    if (other) return;
  }
  setSpeaker(!body.contains("speaker"));
}

function setSpeaker(on) {
  started = on ? Date.now() : null;
  $("speaker").hidden = !on;
  showTime();
  setMode("speaker", on);
}

function showNotes() {
  $("notes").textContent = deck.slides[now].notes;
  const minutes = (slides) => slides.reduce((sum, s) => sum + s.minutes, 0);
  const before = minutes(deck.slides.slice(0, now));
  $("plan").textContent = `minute ${before} to ` +
    `${before + deck.slides[now].minutes} of ${minutes(deck.slides)}`;
}

function showTime() {
  if (started === null) return;
  const gone = Math.floor((Date.now() - started) / 1000);
  const seconds = String(gone % 60).padStart(2, "0");
  $("elapsed").textContent = `${Math.floor(gone / 60)}:${seconds}`;
  $("clock").textContent = new Date().toTimeString().slice(0, 5);
}

// --- what the reader does ----------------------------------------------------

const next = () => show(now + 1);
const back = () => show(now - 1);

const keys = {
  ArrowRight: next, ArrowDown: next, PageDown: next, " ": next,
  ArrowLeft: back, ArrowUp: back, PageUp: back,
  Home: () => show(0),
  End: () => show(count - 1),
  o: () => setMode("overview", !body.contains("overview")),
  Enter: () => setMode("overview", false),
  Escape: () => setMode("overview", false),
  s: toggleSpeaker,
  r: () => { started = started && Date.now(); showTime(); },
  d: toggleTheme,
  f: () => document.fullscreenElement ? document.exitFullscreen()
                                      : root.requestFullscreen(),
  "?": () => $("help").showModal(),
};

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || $("help").open) return;
  const pressed = event.key === " " || event.key === "Enter";
  if (pressed && event.target.closest("a, button")) return;
  const action = event.key === " " && event.shiftKey ? back : keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

// In the overview a click chooses a slide. Else it goes back in the left third
// of the window and on in the rest, unless it was to follow a link or to
// select.
function onClick(event) {
  if (event.target.closest("a, button, dialog, aside")) return;
  if (String(getSelection())) return;
  const frame = event.target.closest(".frame");
  if (!body.contains("overview")) {
    (event.clientX < innerWidth / 3 ? back : next)();
  } else if (frame) {
    now = [...$("slides").children].indexOf(frame);
    setMode("overview", false);
    show(now);
  }
}

// A finger that moves sideways turns the page.
let touched = null;

function onTouchEnd(event) {
  const moved = event.changedTouches[0].clientX - touched;
  if (Math.abs(moved) < 50 || body.contains("overview")) return;
  (moved < 0 ? next : back)();
}

// Paper is white.
let theme = "";

function beforePrint() {
  theme = root.dataset.theme;
  root.dataset.theme = "light";
}

function afterPrint() {
  root.dataset.theme = theme;
}

addEventListener("keydown", onKey);
addEventListener("click", onClick);
addEventListener("touchstart", (event) => touched = event.touches[0].clientX);
addEventListener("touchend", onTouchEnd);
addEventListener("resize", fit);
addEventListener("hashchange", () => fromUrl() !== now && show(fromUrl()));
addEventListener("message", (event) => {
  if (!Number.isInteger(event.data?.slide)) return;
  other = event.source;  // also after a reload, when it was forgotten
  show(event.data.slide, { tell: false });
});
addEventListener("beforeprint", beforePrint);
addEventListener("afterprint", afterPrint);
$("help-button").addEventListener("click", () => $("help").showModal());

build();
growAll();
now = fromUrl();
if (location.search === "?speaker") {
  other = opener;
  setSpeaker(true);
}
setInterval(showTime, 1000);
fit();
show(now);
