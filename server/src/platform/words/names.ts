import { NAME_WORDS } from './name-words.ts'

/** What is wrong with a name that others chose for themselves. */
export type NameFault = 'unseen' | 'mixed_script' | 'look_alike'

// Controls, formats such as direction overrides, private and unassigned letters, and fillers that count as letters or
// signs: nothing that anybody reads.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** Scripts whose letters pass for one another; a name has reason to use one of them. */
const ALIKE = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
]

/** For each letter those of other alphabets, digits and signs that are taken for it. */
const TAKEN_FOR: Readonly<Record<string, string>> = {
  a: 'аα4',
  c: 'сϲ',
  d: 'ԁ',
  e: 'еε3',
  h: 'һ',
  i: 'іιl1|!',
  j: 'јϳ',
  k: 'кκ',
  m: 'м',
  n: 'ոп',
  o: 'оοօσ0',
  p: 'рρ',
  s: 'ѕ5$',
  t: 'тτ',
  u: 'սυ',
  v: 'ѵν',
  x: 'хχ',
  y: 'у',
}

const LOOKS: ReadonlyMap<string, string> = new Map(
  Object.entries(TAKEN_FOR).flatMap(([letter, others]) =>
    Array.from(others, (other) => [other, letter] as const),
  ),
)

/** Letters as the eye takes them: marks, case, width and look-alikes removed (the idea of Unicode's skeletons, UTS 39 section 4). The database compares names of partners by the same rule: `private.look_of`. */
export function skeletonOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(UNSEEN, '').replaceAll(/\p{M}/gu, '').toLowerCase()
  const folded = Array.from(plain, (letter) => LOOKS.get(letter) ?? letter).join('')
  return folded
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}

/** A name as pages and mails show it: without letters that cannot be seen, and never empty. */
export function readableName(name: string, nameless = NAME_WORDS.en.nameless): string {
  return name.replaceAll(UNSEEN, '').trim() || nameless
}

/** Whether a name holds the look of another one; a name without letters looks like none. */
export function looksLike(name: string, other: string): boolean {
  const look = skeletonOf(other)
  return look !== '' && skeletonOf(name).includes(look)
}

/**
 * The faults of a name against the provider's own: letters that cannot be seen, alphabets mixed so that one letter passes
 * for another, or the look of the provider's name. Source: attack 30.
 */
export function findNameFaults(name: string, providerName: string): NameFault[] {
  const faults: NameFault[] = []
  if (name.replaceAll(UNSEEN, '') !== name) faults.push('unseen')
  if (ALIKE.filter((script) => script.test(name)).length > 1) faults.push('mixed_script')
  if (looksLike(name, providerName)) faults.push('look_alike')
  return faults
}
