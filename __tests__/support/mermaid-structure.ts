// Whether a Mermaid diagram of the documentation is one, as far as its structure says; Mermaid itself needs a browser to parse.
// Next: __tests__/docs/pages.test.ts, which asks about each.

const node = String.raw`[A-Za-z]\w*(?:\[\([^[\]()]+\)\]|\[[^[\]()]+\])?`;
const flowLine = new RegExp(String.raw`^(?:subgraph [a-z]\w* \[[^[\]]+\]|end|${node}(?: -->(?:\|[^|]+\|)? ${node})*)$`);
const sequenceLine =
  /^(?:autonumber|participant \w+ as .+|Note (?:over|left of|right of) [\w,]+: .+|\w+-{1,2}>>\w+: .+)$/;

/** What is wrong with a flowchart or sequence diagram: its first line that does not fit; null when nothing is. */
export function diagramProblem(text: string): string | null {
  const [head = '', ...lines] = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = /^flowchart (?:LR|TB|TD|RL)$/.test(head) ? flowLine : head === 'sequenceDiagram' ? sequenceLine : null;
  if (line === null) return `got ${head}, expected a flowchart or a sequenceDiagram`;
  const odd = lines.find((each) => !line.test(each));
  if (odd !== undefined) return `got "${odd}", expected a line of a ${head}`;
  const opened = lines.filter((each) => each.startsWith('subgraph ')).length;
  const closed = lines.filter((each) => each === 'end').length;
  return opened === closed ? null : `got ${opened} groups and ${closed} ends, expected as many`;
}
