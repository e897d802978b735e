// From a deck's Markdown to slides. It knows the Markdown that decks use, and
// no more: headings, paragraphs, lists of one level, tables, fenced blocks,
// images, links, **bold**, *italic*, `code`, and comments, which are the
// speaker's notes.

// A deck is its front matter and its slides, with a line --- between each two.
// The first line of the file is such a line, too, so nothing stands before it.
function readDeck(text) {
  const parts = [[]];
  let fenced = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) fenced = !fenced;
    if (line === "---" && !fenced) parts.push([]);
    else parts.at(-1).push(line);
  }
  const [, front, ...slides] = parts;
  const title = front.find((line) => line.startsWith("title:")) ?? "title:";
  return { title: title.slice(6).trim(), slides: slides.map(readSlide) };
}

// One slide: its HTML, and what its comment says to the speaker. The lines are
// taken from the front, a block at a time; a block is known by its first line.
function readSlide(lines) {
  const slide = { title: "", html: "", notes: "", minutes: 0 };
  const takeWhile = (belongs) => {
    const taken = [lines.shift()];
    while (lines.length && belongs(lines[0])) taken.push(lines.shift());
    return taken;
  };
  while (lines.length) {
    const line = lines[0];
    if (line.trim() === "") {
      lines.shift();
    } else if (line.startsWith("```")) {
      const [opening, ...code] = takeWhile((next) => !next.startsWith("```"));
      lines.shift();  // the closing fence
      slide.html += codeBlock(opening.slice(3).trim(), code.join("\n"));
    } else if (line.startsWith("<!--")) {
      const closed = line.includes("-->");
      const comment = takeWhile((next) => !closed && !next.includes("-->"));
      if (!closed) comment.push(lines.shift());
      slide.notes += notes(comment.join("\n").replace(/<!--|-->/g, ""));
    } else if (/^#+ /.test(line)) {
      const [, marks, text] = lines.shift().match(/^(#+) (.*)/);
      slide.title ||= plain(text);
      slide.html += `<h${marks.length}>${inline(text)}</h${marks.length}>`;
    } else if (line.startsWith("|")) {
      slide.html += table(takeWhile((next) => next.startsWith("|")));
    } else if (isItem(line)) {
      slide.html += list(takeWhile((next) => next.trim() !== ""));
    } else {
      const text = takeWhile((next) => next.trim() !== "" && !isItem(next) &&
                             !/^(```|<!--|#+ |\|)/.test(next)).join(" ");
      const alone = /^!\[[^\]]*\]\([^)]*\)$/.test(text.trim());
      slide.html += `<p class="${alone ? "picture" : ""}">${inline(text)}</p>`;
    }
  }
  slide.minutes = Number(slide.notes.match(/^(\d+) min\./)?.[1] ?? 0);
  return slide;
}

// Lines of one paragraph are joined: the speaker's window breaks them anew.
const notes = (text) =>
  text.trim().replace(/(\S)\n(?=\S)(?!- |\d+\. )/g, "$1 ");

const isItem = (line) => /^(-|\d+\.) /.test(line);

// A line that begins no item goes on with the one before it.
function list(lines) {
  const items = [];
  for (const line of lines) {
    if (isItem(line)) items.push(line.replace(/^(-|\d+\.) /, ""));
    else items.push(items.pop() + " " + line.trim());
  }
  const html = items.map((item) => `<li>${inline(item)}</li>`).join("");
  return lines[0].startsWith("-") ? `<ul>${html}</ul>` : `<ol>${html}</ol>`;
}

// The second line of a table, |---|---|, only says that the first is its head.
// A bar that is meant as a bar is written \|.
function table(lines) {
  const row = (line, tag) => {
    const cells = line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/);
    const html = cells.map((cell) => cell.trim().replace(/\\\|/g, "|"))
      .map((cell) => `<${tag}>${inline(cell)}</${tag}>`).join("");
    return `<tr>${html}</tr>`;
  };
  const [head, , ...rows] = lines;
  return `<table><thead>${row(head, "th")}</thead><tbody>` +
    rows.map((line) => row(line, "td")).join("") + "</tbody></table>";
}

// The info string behind the fence becomes the caption: which file the code
// stands in, or which program prints this.
function codeBlock(info, code) {
  const [kind, ...rest] = info.split(" ");
  const name = escapeHtml(rest.join(" "));
  let caption = name;
  if (name === "sketch") caption = "a sketch";
  if (kind.startsWith("output")) caption = `${name} prints`;
  if (kind === "measured") caption = `${name} measured`;
  if (kind === "console") caption = "in a terminal";
  return "<figure>" + (caption ? `<figcaption>${caption}</figcaption>` : "") +
    `<pre class="${kind}"><code>${highlight(code, kind)}</code></pre></figure>`;
}

// What may stand inside a line. Code goes first and is put back last, so that
// no star in it is taken for emphasis.
function inline(text) {
  const codes = [];
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, (_, code) => `\u0001${codes.push(code) - 1}\u0001`)
    .replace(/!\[([^\]]*)\]\(([^)]*)\)/g, (_, words, src) => image(words, src))
    .replace(/\[([^\]]*)\]\(([^)]*)\)/g, '<a href="$2">$1</a>')
    .replace(/\*\*(?=\S)(.+?)\*\*/g, "<strong>$1</strong>")
    .replace(/\*(?=\S)(.+?)\*/g, "<em>$1</em>")
    .replace(/\u0001(\d+)\u0001/g, (_, i) => `<code>${codes[i]}</code>`);
}

// Marp's ![w:900 h:400 The words](picture.svg): the size is in pixels of the
// stage. The viewer puts the picture itself in its place.
function image(words, src) {
  const size = { w: "", h: "" };
  const alt = words.replace(/\b([wh]):(\d+)(px)?\s*/g, (_, side, pixels) => {
    size[side] = `${side === "w" ? "width" : "height"}: ${pixels}px; `;
    return "";
  });
  return `<img alt="${alt.trim()}" src="${src}" style="${size.w}${size.h}">`;
}

const plain = (text) => text.replace(/[*`]/g, "");

function escapeHtml(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;")
    .replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
