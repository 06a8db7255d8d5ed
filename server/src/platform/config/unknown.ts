const OWN_PREFIX = 'LIAISON_'
/** A name with this end leads to a file with the value of a variable; only secrets are taken from one. */
const FILE_SUFFIX = /_FILE$/u
/** Names that are not of this product although they look so: tests, examples and gateways of ours read them. */
const OTHERS = /^LIAISON_(?:URL|KEY|CLIENT\w*|FIGURES|CAMPAIGN|LOOKS|PICTURES|SCANNERS|LATE_ANSWERS)$/u

/** Whether so many letters put in, taken out, replaced or swapped with their neighbour make one of the other. */
function isWithin(from: string, to: string, most: number): boolean {
  if (from === to) return true
  if (most === 0) return false
  let same = 0
  while (same < from.length && from[same] === to[same]) same += 1
  const [one, other] = [from.slice(same), to.slice(same)]
  const isSwapped = one.length > 1 && one[0] === other[1] && one[1] === other[0]
  return (
    isWithin(one.slice(1), other, most - 1) ||
    isWithin(one, other.slice(1), most - 1) ||
    isWithin(one.slice(1), other.slice(1), most - 1) ||
    (isSwapped && isWithin(one.slice(2), other.slice(2), most - 1))
  )
}

/** Short names are near to each other by chance, such as HOST to HOME. */
const mostFor = (name: string): number => (name.length < 6 ? 0 : name.length < 10 ? 1 : 2)

function nearest(name: string, known: readonly string[]): string | null {
  const plain = name.toUpperCase().replace(FILE_SUFFIX, '')
  for (const most of [0, 1, 2]) {
    const found = known.find((one) => most <= mostFor(one) && isWithin(plain, one, most))
    if (found !== undefined) return found
  }
  return null
}

function warningOf(name: string, known: readonly string[]): string | null {
  const meant = nearest(name, known)
  if (meant === null && !name.startsWith(OWN_PREFIX)) return null
  const hint = meant === null ? '' : `; ${meant} is, and was perhaps meant`
  return `${name} is no variable of this program${hint}. Nothing reads it.`
}

/** A sentence for each variable that is none of ours but looks like one: a mistyped one is otherwise passed over in silence. */
export function listUnknown(
  environment: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): readonly string[] {
  return Object.keys(environment)
    .filter((name) => !known.includes(name) && !OTHERS.test(name))
    .flatMap((name) => warningOf(name, known) ?? [])
    .toSorted()
}
