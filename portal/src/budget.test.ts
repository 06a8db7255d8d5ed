/* oxlint-disable no-restricted-imports -- this test reads the files that were built */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'

type Piece = {
  file: string
  imports?: string[]
  dynamicImports?: string[]
  css?: string[]
  isEntry?: boolean
}
type Manifest = Record<string, Piece>

const folder = join(import.meta.dirname, '..')
const dist = join(folder, 'dist')
/** The gate has built the portal before; whoever runs this file alone waits for it here. */
const BUILD_MS = 180_000
const manifestFile = join(dist, '.vite', 'manifest.json')

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

const budget = readJson(join(folder, 'budget.json')) as Record<string, number>
let manifest: Manifest = {}

function weigh(files: Iterable<string>): number {
  return [...files].reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length,
    0,
  )
}

/** The pieces that must be there before this one runs, itself included. */
function withImports(key: string, seen = new Set<string>()): Set<string> {
  const piece = manifest[key]
  if (piece === undefined || seen.has(key)) return seen
  seen.add(key)
  for (const next of piece.imports ?? []) withImports(next, seen)
  return seen
}

function filesOf(keys: Iterable<string>): Set<string> {
  return new Set([...keys].flatMap((key) => manifest[key]?.file ?? []))
}

const entryKey = () => Object.keys(manifest).find((key) => manifest[key]?.isEntry) ?? ''
/** The entry, and what it starts at once, whatever the path is. */
const baseKeys = () => new Set([...withImports(entryKey()), ...withImports('src/main.tsx')])
const lazyKeys = () => [...new Set(Object.values(manifest).flatMap((piece) => piece.dynamicImports ?? []))]

const frameKeys = () => lazyKeys().filter((key) => key.includes('/frames/') && key.endsWith('/index.ts'))

beforeAll(async () => {
  // As the product is built, which is not as Vite builds for whoever tests: at once where it was built already.
  await promisify(execFile)(process.execPath, [join(folder, '../scripts/portal-build.ts')])
  manifest = readJson(manifestFile) as Manifest
}, BUILD_MS)

test('the first load of every frame stays within the budget of scripts', () => {
  const base = baseKeys()
  const loads = frameKeys().map(
    (key) => [key, weigh(filesOf(new Set([...base, ...withImports(key)])))] as const,
  )
  expect(loads).toHaveLength(4)
  expect(loads.filter(([, bytes]) => bytes > (budget['first_load_js_bytes'] ?? 0))).toEqual([])
})

test('what asks for all the rest is small and waits for nothing else', () => {
  expect(weigh(filesOf(withImports(entryKey())))).toBeLessThanOrEqual(budget['entry_js_bytes'] ?? 0)
  expect(withImports(entryKey()).has('src/main.tsx')).toBe(false)
})

test('the page itself names what every path needs, so that none of it is asked for late', () => {
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  const keys = baseKeys()
  const styles = [...keys].flatMap((key) => manifest[key]?.css ?? [])
  expect([...filesOf(keys), ...styles].filter((file) => !page.includes(`"/${file}"`))).toEqual([])
})

test('the first load of every frame is of few pieces', () => {
  const loads = frameKeys().map((key) => filesOf(new Set([...baseKeys(), ...withImports(key)])).size)
  expect(Math.max(...loads)).toBeLessThanOrEqual(budget['first_load_js_pieces'] ?? 0)
})

test('the first load of every frame stays within the budget of styles', () => {
  const base = baseKeys()
  const loads = frameKeys().map((key) => {
    const pieces = [...base, ...withImports(key)]
    return [key, weigh(new Set(pieces.flatMap((piece) => manifest[piece]?.css ?? [])))] as const
  })
  expect(loads).toHaveLength(4)
  expect(loads.every(([, bytes]) => bytes > 0)).toBe(true)
  expect(loads.filter(([, bytes]) => bytes > (budget['first_load_css_bytes'] ?? 0))).toEqual([])
})

test('all styles together stay within their budget, whenever they are fetched', () => {
  const css = Object.values(manifest).flatMap((piece) => piece.css ?? [])
  expect(weigh(new Set(css))).toBeLessThanOrEqual(budget['all_css_bytes'] ?? 0)
})

test('every class of the library that the portal can show has its rule among the styles of the first load', () => {
  const classesOf = (text: string) => new Set(text.match(/\bm_[0-9a-f]{6,8}\b/g))
  const readAll = (files: Iterable<string>) =>
    [...files].map((file) => readFileSync(join(dist, file), 'utf8')).join('\n')
  const shown = classesOf(readAll(filesOf(Object.keys(manifest))))
  const ruled = classesOf(readAll([...baseKeys()].flatMap((key) => manifest[key]?.css ?? [])))
  const known = classesOf(
    readFileSync(createRequire(import.meta.url).resolve('@mantine/core/styles.css'), 'utf8'),
  )
  expect(shown.size).toBeGreaterThan(50)
  expect([...shown].filter((name) => known.has(name) && !ruled.has(name))).toEqual([])
})

test('every further piece stays within its budget', () => {
  const base = filesOf(baseKeys())
  const pieces = lazyKeys().map((key) => {
    const own = [...filesOf(withImports(key))].filter((file) => !base.has(file))
    return [key, weigh(own)] as const
  })
  expect(pieces.filter(([, bytes]) => bytes > (budget['further_piece_js_bytes'] ?? 0))).toEqual([])
})

test('nothing of the page is inline, so that its policy needs no exception', () => {
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  expect(page.match(/<style|style=|<script(?![^>]*\bsrc=)|\son\w+=/g)).toBeNull()
})
