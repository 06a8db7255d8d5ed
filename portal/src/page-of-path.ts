import type { Pieces } from './late-pages.ts'
import { frames } from './pages.ts'

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '')

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((wanted, index) => wanted.startsWith('$') || wanted === parts[index])
  )
}

const literalsOf = (pattern: readonly string[]): number =>
  pattern.filter((part) => !part.startsWith('$')).length

/** What fetches the piece of the frame and that of the page which stand at a path; nothing where the portal has none there. */
export function loadersOf(path: string): (() => Promise<Pieces>)[] {
  const parts = partsOf(path)
  const found = frames
    .flatMap((frame) =>
      Object.entries(frame.pages).map(([own, page]) => ({
        pattern: partsOf(`${frame.path}/${own}`),
        loaders: [frame.load, page.load],
      })),
    )
    .filter(({ pattern }) => matches(pattern, parts))
  const best = Math.max(...found.map(({ pattern }) => literalsOf(pattern)))
  const loaders = found.find(({ pattern }) => literalsOf(pattern) === best)?.loaders ?? []
  return [...new Set(loaders)]
}
