import { displayWidth, printable } from './display-text.js';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Rows in aligned columns, two spaces apart, without trailing blanks. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell.replaceAll('\n', '\\n'))));
  const widths = columns.map((column, i) => {
    let width = displayWidth(column.title);
    for (const row of cells) width = Math.max(width, displayWidth(row[i] ?? ''));
    return width;
  });
  const line = (row: readonly string[]): string =>
    columns
      .map((column, i) => {
        const cell = row[i] ?? '';
        const blank = ' '.repeat((widths[i] as number) - displayWidth(cell));
        return column.align === 'right' ? blank + cell : cell + blank;
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...cells.map(line)].join('\n');
}

/** One CSV line (RFC 4180). */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}
