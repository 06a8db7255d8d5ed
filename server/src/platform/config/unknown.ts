import { listVariables } from '../config.ts'

const OWN_PREFIX = 'LIAISON_'
/** Tools put the value of a variable into a file that a name with this end leads to; this program reads no such file. */
const FILE_SUFFIX = /_FILE$/u
/** Names that are not of this product although they look so: tests, examples and gateways of ours read them. */
const OTHERS = /^LIAISON_(?:URL|KEY|CLIENT\w*|FIGURES|CAMPAIGN|LOOKS|PICTURES|SCANNERS|LATE_ANSWERS)$/u

/** How many letters must be put in, taken out, replaced or swapped with their neighbour, at most `most`; null beyond. */
function distanceWithin(from: string, to: string, most: number): number | null {
  if (Math.abs(from.length - to.length) > most) return null
  let [before, previous]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, at) => at)]
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let at = 1; at <= to.length; at += 1) {
      const isSame = from[row - 1] === to[at - 1]
      const isSwapped = row > 1 && at > 1 && from[row - 1] === to[at - 2] && from[row - 2] === to[at - 1]
      current.push(
        Math.min(
          (previous[at] ?? most) + 1,
          (current[at - 1] ?? most) + 1,
          (previous[at - 1] ?? most) + (isSame ? 0 : 1),
          isSwapped ? (before[at - 2] ?? most) + 1 : Infinity,
        ),
      )
    }
    ;[before, previous] = [previous, current]
  }
  const distance = previous[to.length] ?? most + 1
  return distance <= most ? distance : null
}

/** Short names are near to each other by chance, such as HOST to HOME. */
const mostFor = (name: string): number => (name.length < 6 ? 0 : name.length < 10 ? 1 : 2)

function nearest(name: string, known: readonly string[]): string | null {
  const plain = name.toUpperCase().replace(FILE_SUFFIX, '')
  const near = known.flatMap((one) => {
    const distance = distanceWithin(plain, one, mostFor(one))
    return distance === null ? [] : [{ one, distance }]
  })
  return near.toSorted((a, b) => a.distance - b.distance)[0]?.one ?? null
}

function warningOf(name: string, known: readonly string[]): string | null {
  const meant = nearest(name, known)
  if (meant === null && !name.startsWith(OWN_PREFIX)) return null
  const hint = meant === null ? '' : `; ${meant} is, and was perhaps meant`
  return `${name} is no variable of this program${hint}. Nothing reads it.`
}

/** A sentence for each variable that is none of ours but looks like one: a mistyped one is otherwise passed over in silence. */
export function warnOfUnknown(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  const known = listVariables().map(({ name }) => name)
  return Object.keys(environment)
    .filter((name) => !known.includes(name) && !OTHERS.test(name))
    .flatMap((name) => warningOf(name, known) ?? [])
    .toSorted()
}
