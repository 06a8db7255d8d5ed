import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MODULES = fileURLToPath(new URL('../../server/src/modules/', import.meta.url))
const TABLE = /^create (?:unlogged )?table (?:access\.|audit\.)?([a-z_]+)/gim

/** What a module's `index.ts` tells a reader before its first line of code. */
export interface ModuleStory {
  readonly name: string
  /** The lines of the comment at its head; none when there is no such comment. */
  readonly lines: readonly string[]
  /** What the comment names in code quotes: tables, and other modules. */
  readonly named: readonly string[]
}

/** The lines of the comment that a file begins with. */
export function headOf(source: string): string[] {
  const inside = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(source)?.[1]
  return inside === undefined ? [] : inside.split('\n').map((line) => line.replace(/^ \* ?/, ''))
}

/** Reads the story of every module of the server, by name. */
export async function readStories(): Promise<ModuleStory[]> {
  const stories: ModuleStory[] = []
  for await (const file of glob('*/index.ts', { cwd: MODULES })) {
    const lines = headOf(await readFile(join(MODULES, file), 'utf8'))
    const named = [...lines.join(' ').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
    stories.push({ name: dirname(file), lines, named })
  }
  return stories.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** The tables that migrations of the modules make, without the schema. */
export async function readTableNames(): Promise<Set<string>> {
  const tables = new Set<string>()
  for await (const file of glob('*/migrations/*.sql', { cwd: MODULES })) {
    const sql = await readFile(join(MODULES, file), 'utf8')
    for (const [, table = ''] of sql.matchAll(TABLE)) tables.add(table)
  }
  return tables
}
