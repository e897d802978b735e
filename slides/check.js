// The check of a built page, by the browser itself. slides_test.cpp appends
// this file to a copy of the page, and reads the report that it leaves there.
// It looks at what a reader sees, and presses the keys that a reader presses.
// It waits for events, and never for time.

const faults = [];
const fault = (what) => faults.push(what);
const expect = (fact, what) => fact || fault(what);

function press(key, more = {}) {
  const options = { key, bubbles: true, cancelable: true, ...more };
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", options));
}

const frames = [...document.querySelectorAll(".frame")];
const shown = () => frames.findIndex((f) => f.classList.contains("now"));
const width = (part) => part.getBoundingClientRect().width;

// --- one slide ---------------------------------------------------------------

const smallest = 19;  // pixels of text on the stage, in the captions

function checkSlide(slide, say) {
  const box = slide.getBoundingClientRect();
  const scale = box.width / 1280;
  const style = getComputedStyle(slide);
  const bottom = 720 - parseFloat(style.paddingBottom);
  const right = 1280 - parseFloat(style.paddingRight);
  const parts = ":scope > *, li, td, th, pre, img";
  for (const part of slide.querySelectorAll(parts)) {
    const rect = part.getBoundingClientRect();
    if (rect.width === 0) continue;  // the picture of the other theme
    const name = part.tagName.toLowerCase();
    const below = Math.round((rect.bottom - box.top) / scale - bottom);
    const beyond = Math.round((rect.right - box.left) / scale - right);
    if (below > 0) say(`<${name}> ends ${below} pixels too low`);
    if (beyond > 0) say(`<${name}> ends ${beyond} pixels too far right`);
    const clipped = part.scrollWidth - part.clientWidth;
    if (part.clientWidth && clipped > 0) {
      const line = part.textContent.split("\n")
        .reduce((a, b) => b.length > a.length ? b : a).trim();
      say(`<${name}> hides ${clipped} pixels at the right of: ${line}`);
    }
  }
  for (const image of slide.querySelectorAll("img")) {
    checkPicture(image, scale, say);
  }
  checkText(slide, say);
}

function checkPicture(image, scale, say) {
  const name = image.alt || image.getAttribute("src").slice(0, 60);
  if (!image.alt) say(`a picture has no alternative text: ${name}`);
  if (!image.complete || !image.naturalWidth) say(`no such picture: ${name}`);
  // The text of a picture is 12 pixels high and more; not less on the slide.
  const drawn = decodeURIComponent(image.src)
    .match(/viewBox="0 0 (\d+) (\d+)"/);
  const rect = image.getBoundingClientRect();
  if (!drawn || !rect.width) return;
  const by = Math.min(rect.width / drawn[1], rect.height / drawn[2]) / scale;
  const percent = Math.round(by * 100);
  if (percent < 100) say(`a picture shrinks to ${percent} %: ${name}`);
}

function checkText(slide, say) {
  const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const text = node.textContent.trim();
    const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
    if (text && size < smallest) say(`text of ${size} pixels: ${text}`);
    const code = node.parentElement.closest("code, figcaption");
    if (!code && /\*\*|`|\]\(|^#+ /.test(text)) {
      say(`Markdown that the viewer does not understand: ${text}`);
    }
  }
}

// Every slide in turn, as one pages through.
function checkSlides() {
  expect(frames.length >= 15 && frames.length <= 30,
         `${frames.length} slides, not 15 to 30`);
  let minutes = 0;
  frames.forEach((frame, i) => {
    const title = frame.querySelector("h1, h2")?.textContent ?? "";
    const say = (what) => fault(`slide ${i + 1} "${title}": ${what}`);
    if (shown() !== i) say(`is not shown after ${i} times the right key`);
    if (!title) say("has no title");
    checkSlide(frame.querySelector(".slide"), say);
    const notes = document.getElementById("notes").textContent;
    const told = notes.match(/^(\d+) min\.\s+\S/);
    if (!told) say('its notes do not begin with "N min." and a text');
    minutes += Number(told?.[1] ?? 0);
    press("ArrowRight");
  });
  expect(minutes >= 40 && minutes <= 60, `${minutes} minutes, not 40 to 60`);
  return minutes;
}

// --- the keys, and their like ------------------------------------------------

function checkTurning() {
  const last = frames.length - 1;
  const turns = [
    ["Home", 0], ["ArrowLeft", 0], ["ArrowRight", 1], [" ", 2], ["PageDown", 3],
    ["ArrowDown", 4], ["ArrowLeft", 3], ["PageUp", 2], ["ArrowUp", 1],
    ["End", last], ["ArrowRight", last], ["ArrowLeft", last - 1],
  ];
  for (const [key, slide] of turns) {
    press(key);
    expect(shown() === slide, `key "${key}" led to slide ${shown() + 1}, not ` +
           `${slide + 1}`);
  }
  press("End");
  press(" ", { shiftKey: true });
  expect(shown() === last - 1, "shift and space do not turn back");
  press("Home");
  const click = (share) => frames[shown()].dispatchEvent(new MouseEvent("click",
    { clientX: innerWidth * share, bubbles: true }));
  click(0.9);
  expect(shown() === 1, "a click at the right does not turn the page");
  click(0.1);
  expect(shown() === 0, "a click at the left does not turn back");
  const swipe = (from, to) => {
    const touch = (type, list, x) => {
      const event = new Event(type, { bubbles: true });
      frames[shown()].dispatchEvent(
        Object.assign(event, { [list]: [{ clientX: x }] }));
    };
    touch("touchstart", "touches", from);
    touch("touchend", "changedTouches", to);
  };
  swipe(600, 300);
  expect(shown() === 1, "a swipe to the left does not turn the page");
  swipe(300, 600);
  expect(shown() === 0, "a swipe to the right does not turn back");
  const number = document.getElementById("number").textContent;
  expect(number === `1 / ${frames.length}`, `slide 1 is called ${number}`);
}

async function checkUrl() {
  const changed = new Promise((done) => addEventListener("hashchange", done));
  location.hash = "#7";
  await changed;
  expect(shown() === 6, `#7 in the URL led to slide ${shown() + 1}`);
  press("Home");
  expect(location.hash === "#1", `slide 1 has ${location.hash} in its URL`);
}

function checkOverview() {
  press("o");
  expect(frames.every((frame) => width(frame) > 200),
         'key "o" does not show all slides');
  frames[2].dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect(shown() === 2, "a click in the overview does not choose");
  const others = frames.filter((frame) => width(frame) > 0).length;
  expect(others === 1, "the overview does not close");
}

// The second window, and the view in one window where there can be no second.
function checkSpeaker() {
  press("Home");
  const opened = [];
  const messages = [];
  window.open = (url) => {
    opened.push(url);
    return { postMessage: (message) => messages.push(message) };
  };
  press("s");
  expect(opened[0]?.endsWith("?speaker#1"), 'key "s" opens no window');
  press("ArrowRight");
  expect(messages[0]?.slide === 1, "the other window is not told of a turn");
  dispatchEvent(new MessageEvent("message", { data: { slide: 4 } }));
  expect(shown() === 4, "what the other window tells is not followed");

  window.open = () => null;
  press("s");
  const notes = document.getElementById("notes");
  expect(width(notes) > 0, 'key "s" shows no notes');
  expect(width(frames[5]) > 0, "the next slide is not shown");
  expect(/^\d+:\d\d$/.test(document.getElementById("elapsed").textContent),
         "the time that has gone is not shown");
  expect(/^minute \d+ to \d+ of \d+$/.test(
    document.getElementById("plan").textContent), "the plan is not shown");
  press("s");
  expect(width(notes) === 0, 'key "s" leaves the notes there');
}

function checkOther() {
  press("?");
  const help = document.getElementById("help");
  expect(help.open, 'key "?" shows no help');
  help.close();
  let full = false;
  document.documentElement.requestFullscreen = () => full = true;
  press("f");
  expect(full, 'key "f" does not fill the screen');
}

function checkTheme() {
  const colour = () => getComputedStyle(document.body).color;
  const pictures = () => [...document.querySelectorAll(".slide img")]
    .filter((image) => getComputedStyle(image).display !== "none")
    .map((image) => image.className);
  const before = colour();
  const light = pictures();
  press("d");
  expect(colour() !== before, 'key "d" does not change the colours');
  expect(pictures().every((name, i) => name && name !== light[i]),
         'key "d" does not change the pictures');
  expect(pictures().length === light.length, 'key "d" loses pictures');
  expect(localStorage.getItem("theme") === "dark", "dark is not remembered");
  press("d");
  expect(colour() === before, 'key "d" does not change the colours back');
}

function checkAlone() {
  for (const part of document.querySelectorAll("[src], link, iframe, object")) {
    const source = part.getAttribute("src") ?? part.getAttribute("href") ?? "";
    expect(source.startsWith("data:"), `the page needs a file: ${source}`);
  }
  for (const style of document.querySelectorAll("style")) {
    expect(!/@import|url\(/.test(style.textContent), "the style needs a file");
  }
  expect(document.documentElement.lang, "the page tells no language");
  expect(document.title, "the page has no title");
}

// --- the report --------------------------------------------------------------

async function check() {
  checkAlone();
  if (!document.getElementById("slides")) {  // the index
    checkTheme();
    const rows = document.querySelectorAll("td a").length;
    return `${rows} decks`;
  }
  const minutes = checkSlides();
  checkTurning();
  await checkUrl();
  checkOverview();
  checkSpeaker();
  checkOther();
  checkTheme();
  return `${frames.length} slides, ${minutes} minutes`;
}

addEventListener("load", async () => {
  let outcome = "";
  try {
    outcome = await check();
  } catch (error) {
    fault(`the check ended early: ${error.stack}`);
  }
  const report = document.createElement("pre");
  report.id = "report";
  report.textContent = [...faults.map((what) => `fault: ${what}`),
                        `checked: ${outcome}`, ""].join("\n");
  document.body.append(report);
});
