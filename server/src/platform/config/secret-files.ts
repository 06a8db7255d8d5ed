import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { ConfigError, listFaults } from './together.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The text of a file without the line break that editors leave at its end; null where it cannot be read. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return null
  }
}

/**
 * Takes each secret that is named by a file, `NAME_FILE`, as containers and key services hand them over: then it stands in
 * no environment, which others can read and which children inherit.
 */
function readSecretFiles(environment: Environment, names: readonly string[]) {
  const values: Record<string, string | undefined> = { ...environment }
  const faults: string[] = []
  for (const name of names) {
    const path = environment[`${name}_FILE`]
    if (path === undefined) continue
    const text = readText(path)
    if (environment[name] !== undefined) faults.push(`${name}_FILE: ${name} is set, too; set one of them`)
    else if (text === null) faults.push(`${name}_FILE: must be a file that can be read`)
    else if (text === '') faults.push(`${name}_FILE: the file is empty`)
    else values[name] = text
  }
  return { values, faults }
}

/** Parses variables, those of the given names from files, too. Throws one ConfigError that names every faulty one. */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment,
  secretNames: readonly string[],
): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const { values, faults } = readSecretFiles(present, secretNames)
  const parsed = schema.safeParse(values)
  if (parsed.success && faults.length === 0) return parsed.data
  throw new ConfigError([...faults, ...(parsed.error ? [listFaults(parsed.error)] : [])].join('\n'))
}
