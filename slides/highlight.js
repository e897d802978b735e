// Colours for code. A language is one regular expression: its named groups are
// the kinds of token, the first that fits wins, and what none fits stays plain.
// It knows tokens and no grammar, which is enough to read by.

const words = (list) => `\\b(?:${list.trim().split(/\s+/).join("|")})\\b`;

const number = String.raw`(?<number>\b\d[\w.']*)`;
const call = String.raw`(?<call>\b\w+(?=\())`;

const cpp = new RegExp([
  String.raw`(?<comment>//.*|/\*[^]*?\*/)`,
  String.raw`(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])')`,
  String.raw`(?<directive>^\s*#\w+(?: <\S+>)?)`,
  number,
  `(?<keyword>${words(`alignas auto break case catch class co_await co_return
    co_yield concept const const_cast constexpr continue decltype default delete
    do else enum explicit extern false final for friend if inline mutable
    namespace new noexcept nullptr operator override private protected public
    requires return sizeof static static_assert static_cast struct switch
    template this thread_local throw true try typename union using virtual
    volatile while`)})`,
  `(?<type>${words(`bool char double float int long short signed unsigned void
    size_t ssize_t string string_view vector`)}|\\b[A-Z]\\w*[a-z]\\w*)`,
  call,
].join("|"), "gm");

const python = new RegExp([
  String.raw`(?<comment>#.*)`,
  String.raw`(?<string>[fbr]?(?:"""[^]*?"""|"(?:\\.|[^"\\\n])*"|` +
    String.raw`'(?:\\.|[^'\\\n])*'))`,
  number,
  `(?<keyword>${words(`and as assert async await break class continue def del
    elif else except finally for from global if import in is lambda nonlocal not
    or pass raise return try while with yield None True False self`)})`,
  String.raw`(?<type>\b[A-Z]\w*[a-z]\w*)`,
  call,
].join("|"), "gm");

// In a terminal only what one types is of interest: it follows the prompt.
const terminal = /(?<comment>^# .*)|(?<prompt>^\$ )|(?<typed>(?<=^\$ ).*)/gm;

const languages = { cpp, py: python, python, console: terminal };

function highlight(code, language) {
  if (!languages[language]) return escapeHtml(code);
  let html = "";
  let end = 0;
  for (const match of code.matchAll(languages[language])) {
    const groups = Object.entries(match.groups);
    const [kind] = groups.find(([, text]) => text !== undefined);
    html += escapeHtml(code.slice(end, match.index)) +
      `<span class="${kind}">${escapeHtml(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + escapeHtml(code.slice(end));
}
