/* oxlint-disable no-restricted-imports -- this test reads the sources of pages and their style sheets */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = import.meta.dirname
const sources = new Map(
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:tsx?|css)$/.test(path) && !path.endsWith('.test.ts'))
    .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
)

function pathsIn(path: string, pattern: RegExp): string[] {
  return [...(sources.get(path) ?? '').matchAll(pattern)].map(([, to = '']) =>
    relative(root, join(root, dirname(path), to)),
  )
}

const STATIC = /^(?:import|export)\s(?:[^'"();=]*\sfrom\s)?['"](\.[^'"]+)['"]/gm
const LATE = /\bimport\(\s*['"](\.[^'"]+)['"]/g

/** A module and everything that is loaded together with it. */
function loadedWith(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  for (const next of pathsIn(path, STATIC)) loadedWith(next, seen)
  return seen
}

function classesOf(style: string): string[] {
  return [...(sources.get(style) ?? '').matchAll(/\.([a-z][a-z0-9-]*)/g)].map(([, name = '']) => name)
}

function classesNamedIn(module: string): string[] {
  const named = (sources.get(module) ?? '').matchAll(/\b(?:className|class)="([^"]+)"/g)
  return [...named].flatMap(([, names = '']) => names.split(' '))
}

const isStyle = (path: string) => path.endsWith('.css')

test('every class that a page names has a rule in a style sheet that is loaded with the page, whatever was open before (U11)', () => {
  const always = loadedWith('main.tsx')
  const late = new Set([...sources.keys()].flatMap((path) => pathsIn(path, LATE)))
  const faults = [...late].flatMap((entry) => {
    const loaded = [...loadedWith(entry), ...always]
    const known = new Set(loaded.filter(isStyle).flatMap(classesOf))
    return loaded.flatMap((module) =>
      classesNamedIn(module)
        .filter((name) => !known.has(name))
        .map((name) => `${name} in ${module}, loaded by ${entry}`),
    )
  })
  expect([...sources.keys()].filter(isStyle).length).toBeGreaterThan(10)
  expect(late.size).toBeGreaterThan(40)
  expect([...new Set(faults)]).toEqual([])
})
