/** The columns that an address or a saved view names; none means all. */
export function columnIds(text: string): string[] {
  return text.split('.').filter((id) => id !== '')
}

/** Columns as an address holds them. */
export function columnText(ids: readonly string[]): string {
  return ids.join('.')
}

/** The columns to show, in the order of the list: those named, and those that are always there. Names that no column has count for nothing. */
export function shownColumns<Of extends { id: string }>(
  all: readonly Of[],
  text: string,
  always: readonly string[],
): Of[] {
  const named = columnIds(text).filter((id) => all.some((column) => column.id === id))
  if (named.length === 0) return [...all]
  return all.filter(({ id }) => always.includes(id) || named.includes(id))
}
