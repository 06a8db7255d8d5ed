import { PERMISSIONS } from './permissions.ts'
import type { Permission } from './permissions.ts'
import type { Plane } from './planes.ts'

/** A set of permissions: bit N stands for the permission whose bit is N. */
export type Mask = bigint

/** The number of permissions a stored mask has room for; the width of the column. */
export const MASK_BITS = 256

/** The mask without any permission. */
export const EMPTY_MASK: Mask = 0n

const FLAGS: ReadonlyMap<string, Mask> = new Map(
  PERMISSIONS.map((entry) => [entry.name, 1n << BigInt(entry.bit)]),
)

function flagOf(permission: string): Mask {
  return FLAGS.get(permission) ?? EMPTY_MASK
}

/** The mask of exactly these permissions. */
export function maskOf(permissions: Iterable<Permission>): Mask {
  let mask = EMPTY_MASK
  for (const permission of permissions) mask |= flagOf(permission)
  return mask
}

/** Whether the mask contains the permission. A name outside the catalogue is in no mask. */
export function has(mask: Mask, permission: Permission): boolean {
  return (mask & flagOf(permission)) !== EMPTY_MASK
}

/** The permissions of a mask, in the order of the bits. Bits without a permission are left out. */
export function permissionsOf(mask: Mask): Permission[] {
  return PERMISSIONS.filter((entry) => has(mask, entry.name)).map((entry) => entry.name)
}

/** Whether every permission of the inner mask is in the outer one. */
export function isSubset(inner: Mask, outer: Mask): boolean {
  return (inner & ~outer) === EMPTY_MASK
}

function planeMask(plane: Plane): Mask {
  return maskOf(
    PERMISSIONS.filter((entry) => entry.plane === plane && entry.holder === 'person').map(
      (entry) => entry.name,
    ),
  )
}

const PLANE_MASKS: Readonly<Record<Plane, Mask>> = {
  platform: planeMask('platform'),
  program: planeMask('program'),
  delegation: planeMask('delegation'),
  tenant: planeMask('tenant'),
  realm: planeMask('realm'),
}

/** The mask of every permission that a person can hold on one plane. */
export function maskOfPlane(plane: Plane): Mask {
  return PLANE_MASKS[plane]
}

/** A mask as the text of a PostgreSQL `bit(256)`, so that `get_bit(mask, N)` is the permission with bit N. */
export function toBits(mask: Mask): string {
  if (mask < EMPTY_MASK || mask >> BigInt(MASK_BITS) !== EMPTY_MASK) throw new Error('A mask has 256 bits.')
  return Array.from(mask.toString(2).padStart(MASK_BITS, '0')).toReversed().join('')
}

/** The mask that a PostgreSQL `bit(256)` text stands for. Throws for any other text. */
export function fromBits(bits: string): Mask {
  if (!/^[01]{256}$/.test(bits)) throw new Error('A mask is a text of 256 zeros and ones.')
  return BigInt(`0b${Array.from(bits).toReversed().join('')}`)
}

/** A mask compiled for checks in a hot path: eight words of 32 bits. */
export type ResolvedMask = Int32Array

/** Compiles a mask once so that `allows` costs a few nanoseconds a call. */
export function compileMask(mask: Mask): ResolvedMask {
  const words = new Int32Array(MASK_BITS / 32)
  for (let index = 0; index < words.length; index += 1) {
    words[index] = Number(BigInt.asIntN(32, mask >> BigInt(index * 32)))
  }
  return words
}

/** Whether the compiled mask contains the permission with this bit. A bit outside 0 to 255 is never contained. */
export function allows(resolved: ResolvedMask, bit: number): boolean {
  return (((resolved[bit >> 5] ?? 0) >>> (bit & 31)) & 1) === 1
}

/** What is wrong with one pattern. */
export interface PatternFault {
  readonly pattern: string
  readonly code: 'PATTERN_MALFORMED' | 'PATTERN_TOO_BROAD' | 'PATTERN_MATCHES_NOTHING' | 'UNKNOWN_PERMISSION'
  readonly detail: string
}

/** The permissions that patterns stand for, together with every fault found in them. */
export interface CompiledPatterns {
  readonly mask: Mask
  readonly faults: readonly PatternFault[]
}

export interface PatternOptions {
  /** Role templates alone may name a whole namespace, such as `partner.*`. */
  readonly roleTemplate?: boolean
  /** Only names of this plane count; without it, names of every plane. */
  readonly plane?: Plane
}

const SHAPE = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?$/

/**
 * Whether a pattern covers a name: the name itself, or with a final `.*` every name with one or more further segments.
 * Source: access.md section 3.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  return pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

function isTooBroad(pattern: string, options: PatternOptions): boolean {
  return !options.roleTemplate && pattern.endsWith('.*') && pattern.split('.').length === 2
}

function explainFault(pattern: string, options: PatternOptions): PatternFault {
  if (!SHAPE.test(pattern)) {
    const detail = 'A pattern is dotted lower snake case; only its last segment may be *.'
    return { pattern, code: 'PATTERN_MALFORMED', detail }
  }
  if (isTooBroad(pattern, options)) {
    const detail = 'A whole namespace may be named in role templates only.'
    return { pattern, code: 'PATTERN_TOO_BROAD', detail }
  }
  const where = options.plane ? ` of the ${options.plane} plane` : ''
  return pattern.endsWith('.*')
    ? { pattern, code: 'PATTERN_MATCHES_NOTHING', detail: `No permission${where} matches this pattern.` }
    : { pattern, code: 'UNKNOWN_PERMISSION', detail: `No permission${where} has this name.` }
}

/** The mask of exact names and patterns, and all faults at once; a faulty pattern adds no permission. */
export function compilePatterns(patterns: Iterable<string>, options: PatternOptions = {}): CompiledPatterns {
  const names = PERMISSIONS.filter(
    (entry) => !options.plane || (entry.plane === options.plane && entry.holder === 'person'),
  )
  const faults: PatternFault[] = []
  let mask = EMPTY_MASK
  for (const pattern of patterns) {
    const matched = isTooBroad(pattern, options)
      ? []
      : names.filter(({ name }) => matchesPattern(pattern, name))
    if (matched.length === 0) faults.push(explainFault(pattern, options))
    mask |= maskOf(matched.map(({ name }) => name))
  }
  return { mask, faults }
}
