import { glob, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PLACES = ['access', 'guard', 'server', 'sdk', 'portal', 'tests', 'bench', 'chaos']
const NAME =
  /(?:\b(?:test|describe)(?:\.\w+)?\(\s*|^\]\)\(\s*|^\s*\]\)\(\s*|\)\(\s*|^\s*)(?:'((?:[^'\\\n]|\\.)+)'|"((?:[^"\\\n]|\\.)+)"|`((?:[^`\\]|\\.)+)`)/gm

/** A test, or a group of tests, by the name that its file gives it; places of cases are still `%s`. */
export interface NamedTest {
  readonly file: string
  readonly name: string
}

function namesIn(source: string): string[] {
  return [...source.matchAll(NAME)].map(([, single, double, template]) =>
    (single ?? double ?? template ?? '').replaceAll(/\\(['"`\\])/g, '$1'),
  )
}

/** The names in every test file of the repository, as they are written there. */
export async function readTestNames(): Promise<NamedTest[]> {
  const found: NamedTest[] = []
  const patterns = PLACES.map((place) => `${place}/**/*.test.{ts,tsx}`)
  for await (const file of glob(patterns, { cwd: root, exclude: (name) => name.includes('node_modules') })) {
    const source = await readFile(new URL(file, `file://${root}`), 'utf8')
    for (const name of new Set(namesIn(source))) found.push({ file: file.replaceAll('\\', '/'), name })
  }
  return found.toSorted((a, b) => a.file.localeCompare(b.file))
}

/** The numbers of the attack list that a name claims to prove: `attack 7`, `attacks 61, 63`, `attacks 48 to 50`. */
export function attacksIn(name: string): number[] {
  const claims = name.matchAll(/\battacks? (\d+(?:(?:, | and | to )(?:attacks? )?\d+)*)/g)
  return [...claims].flatMap(([, text = '']) => {
    const [, first, last] = /^(\d+) to (\d+)$/.exec(text) ?? []
    if (first === undefined || last === undefined) return [...text.matchAll(/\d+/g)].map(Number)
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index)
  })
}
