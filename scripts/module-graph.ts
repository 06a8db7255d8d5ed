import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The folders whose imports are bounded. */
export const BOUNDED_FOLDERS: readonly string[] = ['access', 'server', 'portal/src', 'sdk/src', 'guard/src']

/** One import that crosses a bound. */
export interface Violation {
  readonly rule: string
  readonly from: string
  readonly to: string
}

/** What imports what, file by file, and which of it is forbidden. */
export interface ImportGraph {
  readonly files: readonly string[]
  readonly imports: readonly { readonly from: string; readonly to: string }[]
  readonly violations: readonly Violation[]
}

interface CruiserReport {
  readonly modules: readonly {
    readonly source: string
    readonly dependencies: readonly { readonly resolved: string }[]
  }[]
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string }
      readonly from: string
      readonly to: string
    }[]
  }
}

function runCruiser(folder: string, folders: readonly string[]): Promise<string> {
  const bin = join(root, 'node_modules/.bin')
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders]
  const env = { ...process.env, PATH: [bin, process.env['PATH']].join(delimiter) }
  return new Promise((settle, refuse) => {
    // Its exit status counts the violations, so the report decides whether it ran.
    execFile(
      'depcruise',
      args,
      { cwd: folder, env, maxBuffer: 256 * 1024 * 1024 },
      (_error, report, said) => {
        if (report.startsWith('{')) settle(report)
        else refuse(new Error(`dependency-cruiser did not run: ${said || report}`))
      },
    )
  })
}

/** Reads every import below the given folders of a repository under that repository's own rules. */
export async function readImports(folder = root, folders = BOUNDED_FOLDERS): Promise<ImportGraph> {
  const { modules, summary }: CruiserReport = JSON.parse(await runCruiser(folder, folders))
  return {
    files: modules.map(({ source }) => source).filter((source) => !source.includes('node_modules/')),
    imports: modules.flatMap(({ source, dependencies }) =>
      dependencies.map(({ resolved }) => ({ from: source, to: resolved })),
    ),
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  }
}

function moduleOf(path: string): string | undefined {
  return /^server\/src\/modules\/([^/]+)\//.exec(path)?.[1]
}

/** Which module of the server calls which others, tests aside; modules that call none are left out. */
export function readModuleGraph({ imports }: ImportGraph): Record<string, string[]> {
  const arrows = new Map<string, Set<string>>()
  for (const { from, to } of imports) {
    const [caller, called] = [moduleOf(from), moduleOf(to)]
    if (!caller || !called || caller === called || from.endsWith('.test.ts')) continue
    arrows.set(caller, (arrows.get(caller) ?? new Set()).add(called))
  }
  const names = [...arrows.keys()].toSorted()
  return Object.fromEntries(names.map((name) => [name, [...(arrows.get(name) ?? [])].toSorted()]))
}

/** The modules along a circle of arrows, when there is one. */
export function findCircle(graph: Readonly<Record<string, readonly string[]>>): string[] | undefined {
  const cleared = new Set<string>()
  function walk(name: string, path: readonly string[]): string[] | undefined {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
    if (cleared.has(name)) return undefined
    for (const next of graph[name] ?? []) {
      const circle = walk(next, [...path, name])
      if (circle) return circle
    }
    cleared.add(name)
    return undefined
  }
  return Object.keys(graph)
    .map((name) => walk(name, []))
    .find((circle) => circle !== undefined)
}
