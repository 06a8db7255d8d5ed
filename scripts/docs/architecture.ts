import { readImports, readModuleGraph } from '../module-graph.ts'
import type { ImportGraph } from '../module-graph.ts'
import { readStories } from '../lib/module-stories.ts'
import type { ModuleStory } from '../lib/module-stories.ts'

export const path = 'docs/architecture.md'

/** The parts of the program, by the folder that holds them; the first that fits counts. */
const PARTS = [
  ['access/src/', 'access'],
  ['sdk/src/', 'sdk'],
  ['guard/src/', 'guard'],
  ['portal/src/', 'portal'],
  ['server/src/platform/', 'platform'],
  ['server/src/modules/', 'modules'],
  ['server/src/', 'server'],
] as const

function partOf(file: string): string | undefined {
  return /\.test\.tsx?$/.test(file) ? undefined : PARTS.find(([folder]) => file.startsWith(folder))?.[1]
}

function drawParts({ files, imports }: ImportGraph): string[] {
  const nodes = new Set(files.map(partOf))
  const arrows = new Set<string>()
  for (const { from, to } of imports) {
    const [user, used] = [partOf(from), partOf(to)]
    if (user && used && user !== used) arrows.add(`  ${user} --> ${used}`)
  }
  const names = PARTS.map(([, name]) => name).filter((name) => nodes.has(name))
  return ['flowchart TD', ...names.map((name) => `  ${name}`), ...[...arrows].toSorted()]
}

function drawModules(graph: ImportGraph): string[] {
  const names = new Set(
    graph.files.flatMap((file) => /^server\/src\/modules\/([^/]+)\//.exec(file)?.[1] ?? []),
  )
  const arrows = Object.entries(readModuleGraph(graph)).flatMap(([caller, called]) =>
    called.map((name) => `  ${caller} --> ${name}`),
  )
  return ['flowchart LR', ...[...names].toSorted().map((name) => `  ${name}`), ...arrows]
}

function diagram(lines: readonly string[]): string {
  return ['```mermaid', ...lines, '```'].join('\n')
}

function tell({ name, lines }: ModuleStory): string {
  return `### ${name}\n\n${lines.join(' ')} [Its door](../server/src/modules/${name}/index.ts).`
}

/** Draws the program as its imports are, so that the picture cannot differ from the code. */
export async function generate(): Promise<string> {
  const graph = await readImports()
  const stories = await readStories()
  return `# Architecture

For whoever reads or changes the code: which parts there are, who may call whom, and what each module is for.

This page is generated from the imports of the code (\`npm run docs\`); the gate refuses a stale one.

## Parts

An arrow means "imports". The kernel \`access\` decides from what it is given and imports nothing; the platform holds
what every module needs: it knows who can ask, and no rule, table or route of a module; the modules meet only at each other's \`index.ts\`; \`app.ts\` and
\`main.js\` (here \`server\`) put it all together.

${diagram(drawParts(graph))}

What stands where in the platform says [a page of its own](../server/src/platform/README.md).

## Who may import whom

| From | May import | Rule |
|---|---|---|
| \`access\` | nothing | \`access-is-pure\` |
| \`server/src/platform\` | \`access\`, npm | \`platform-knows-no-module\` |
| \`server/src/modules/x\` | \`access\`, the platform, its own files, another module's \`index.ts\` along a listed arrow | \`modules-meet-only-at-index\` |
| \`server/src/app.ts\`, \`main.js\`, \`cli\` | everything in the server | |
| the database driver and the HTTP server | the platform and \`modules/oauth\` only | \`only-platform-opens-connections\` |
| \`portal\` | \`access\`, \`sdk\`, npm | \`portal-knows-no-server\` |
| \`sdk\` | types of \`access\`, \`openapi-fetch\`, \`jose\` | \`sdk-stands-alone\` |
| \`guard\` | \`jose\`, Node itself | \`guard-stands-alone\` |

The rules are in \`.dependency-cruiser.mjs\`. \`tests/architecture.test.ts\` lists the arrows between modules and crosses
every bound once, in a small repository of its own, to see it caught.

## Modules of the server

An arrow means "calls"; there is no circle.

${diagram(drawModules(graph))}

## What each module is for

In the words that its \`index.ts\` begins with.

${stories.map(tell).join('\n\n')}
`
}
