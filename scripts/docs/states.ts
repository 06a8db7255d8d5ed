import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const path = 'docs/states.md'

const modules = fileURLToPath(new URL('../../server/src/modules', import.meta.url))

interface Move {
  readonly entity: string
  readonly from: string
  readonly to: string
  readonly action: string
  readonly side: string
}

const TABLE = /insert into state_transition \(entity, from_state, to_state, action, actor_kind\)([^;]*);/g
const ROW = /\('([a-z_]+)', '([a-z_]+)', '([a-z_]+)', '([a-z_]+)', '([a-z_]+)'\)/g
/** Moves that several sides may make alike: written once, and crossed with the sides. */
const CROSSED =
  /select '([a-z_]+)', f, t, (?:a|'([a-z_]+)'), k\s+from \(values ([^;]*?)\) as move \(f, t(?:, a)?\)\s+cross join \(values ([^;]*?)\) as side \(k\)/g
const MOVE = /\('([a-z_]+)', '([a-z_]+)'(?:, '([a-z_]+)')?\)/g
const SIDE = /\('([a-z_]+)'\)/g

function readCrossed(statement: string): Move[] {
  return [...statement.matchAll(CROSSED)].flatMap(([, entity = '', named = '', moves = '', sides = '']) =>
    [...moves.matchAll(MOVE)].flatMap(([, from = '', to = '', action = named]) =>
      [...sides.matchAll(SIDE)].map(([, side = '']) => ({ entity, from, to, action, side })),
    ),
  )
}

/** The moves that one migration adds, in its own order. */
export function readMoves(sql: string): Move[] {
  return [...sql.matchAll(TABLE)].flatMap(([, rows = '']) => [
    ...readCrossed(rows),
    ...[...rows.matchAll(ROW)].map(([, entity = '', from = '', to = '', action = '', side = '']) => ({
      entity,
      from,
      to,
      action,
      side,
    })),
  ])
}

async function readMigrations(): Promise<string[]> {
  const names = await readdir(modules, { recursive: true })
  const files = names.filter((name) => name.includes('/migrations/') && name.endsWith('.sql'))
  const inOrder = files.toSorted((left, right) => baseOf(left).localeCompare(baseOf(right)))
  return Promise.all(inOrder.map((name) => readFile(join(modules, name), 'utf8')))
}

function baseOf(name: string): string {
  return name.split('/').at(-1) ?? name
}

/** The arrows of one state machine; sides that make the same move share one. */
function drawMachine(moves: readonly Move[]): string[] {
  const arrows = new Map<string, string[]>()
  for (const { from, to, action, side } of moves) {
    const key = `${from} --> ${to}`
    arrows.set(key, [...(arrows.get(key) ?? []), `${action} (${side})`])
  }
  return [...arrows].map(([arrow, labels]) => `  ${arrow}: ${[...new Set(labels)].join(', ')}`)
}

/** Every state machine, from the rows that the trigger which enforces it reads. */
export async function generate(): Promise<string> {
  const moves = (await readMigrations()).flatMap(readMoves)
  const entities = [...new Set(moves.map(({ entity }) => entity))].toSorted()
  const parts = entities.map((entity) => {
    const own = moves.filter((move) => move.entity === entity)
    return [`## ${entity}`, '', '```mermaid', 'stateDiagram-v2', ...drawMachine(own), '```'].join('\n')
  })
  return [
    '# States',
    'For whoever asks what can become of a record, and who may move it.',
    'Generated from the rows of `state_transition`, which the trigger that enforces each machine reads. In brackets: the side that may make the move; the clock is the program itself.',
    ...parts,
  ]
    .join('\n\n')
    .concat('\n')
}
