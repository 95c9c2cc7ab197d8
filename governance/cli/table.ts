// Rows as aligned text for a terminal, and a count with its noun.
// Next: governance/cli/validate.ts, which prints one.

/** A cell; numbers stand to the right. */
export type Cell = string | number;

/**
 * Lays rows out under headings, two spaces between columns, without trailing blanks.
 *
 * @returns lines, each with its newline; nothing for no rows
 */
export function formatTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '';
  const isNumeric = headings.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const layOut = (cells: readonly Cell[]): string =>
    headings
      .map((_, column) => {
        const [text, width] = [String(cells[column] ?? ''), widths[column] ?? 0];
        return isNumeric[column] === true ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map((cells) => `${layOut(cells)}\n`).join('');
}

/** `1 rule`, `3 rules`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
