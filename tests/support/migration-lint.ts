/** One migration, by the name that orders it. */
export interface MigrationText {
  readonly name: string
  readonly sql: string
}

/** What is wrong with one statement of a migration. */
export interface MigrationFault {
  readonly migration: string
  readonly rule: string
  readonly statement: string
}

interface Rule {
  readonly name: string
  readonly applies: (statement: string, created: ReadonlySet<string>) => boolean
}

const STATEMENT_SHOWN = 100
const NAME = '(?:only )?(?:if exists )?"?([a-z_.]+)"?'

/** The table that a statement works on, if it names one. */
function tableOf(statement: string, form: string): string | undefined {
  return new RegExp(`^${form} ${NAME}`).exec(statement)?.[1]
}

/** Whether a statement of this form works on a table that has rows and readers: one that this migration did not make. */
const onExisting =
  (form: string, pattern: RegExp): Rule['applies'] =>
  (statement, created) => {
    const table = tableOf(statement, form)
    return table !== undefined && !created.has(table) && pattern.test(statement)
  }

const ALTER = 'alter table'

/** What is done concurrently runs in no transaction, so it comes alone and may be begun anew. */
const ALONE: Rule['applies'] = (statement) =>
  /\bindex concurrently\b/.test(statement) &&
  !/^(?:create (?:unique )?index concurrently if not exists|drop index concurrently if exists) [a-z_]+\b/.test(
    statement,
  )

/** Registries of a few rows, or of a few thousand: what is changed in them is over at once. */
const SMALL: ReadonlySet<string> = new Set([
  'alert_default',
  'partner',
  'program',
  'program_setting',
  'realm',
  'state_transition',
])

/** Hazards of a change while the version before still works on the table. Source: reliability.md R11. */
const RULES: readonly Rule[] = [
  {
    name: 'a column that must have a value and has none for the rows that are there',
    applies: onExisting(
      ALTER,
      /\badd (column )?(?!constraint\b)[^,]*\bnot null\b(?![^,]*\bdefault\b)(?![^,]*\bgenerated\b)/,
    ),
  },
  {
    name: 'a stored or volatile value for every row rewrites the table under a lock',
    // Also within another call, as `default sha256(uuid_send(gen_random_uuid()))`.
    applies: (statement, created) =>
      onExisting(
        ALTER,
        /\badd (column )?(?!constraint\b)[^,]*(\bstored\b|\bdefault\b[^,]*\b(clock_timestamp|random|gen_random_uuid|uuidv7|nextval)\b)/,
      )(statement, created) && !SMALL.has(tableOf(statement, ALTER) ?? ''),
  },
  {
    name: 'a changed type rewrites the table and breaks the version before',
    applies: onExisting(ALTER, /\balter (column )?\S+ (set data )?type\b/),
  },
  {
    name: 'set not null reads the whole table under a lock; validate a check first',
    applies: onExisting(ALTER, /\bset not null\b/),
  },
  {
    name: 'a check or foreign key is added not valid, and validated in a later migration',
    applies: onExisting(ALTER, /\badd (constraint \S+ )?(check|foreign key)\b(?!.*\bnot valid\b)/),
  },
  {
    name: 'a unique or primary key builds its index under a lock; add it using an index',
    applies: onExisting(ALTER, /\badd (constraint \S+ )?(unique|primary key|exclude)\b(?!.*\busing index\b)/),
  },
  {
    name: 'an index is built while nobody may write; make it concurrently',
    applies: (statement, created) => {
      const table =
        /^create (?:unique )?index (?!concurrently\b)(?:[^(]*? )?on (?:only )?"?([a-z_.]+)"?/.exec(
          statement,
        )?.[1]
      return table !== undefined && !created.has(table)
    },
  },
  {
    name: 'an index that is built or dropped concurrently is named and begins anew: if not exists, if exists',
    applies: ALONE,
  },
  {
    name: 'a whole table is changed in one transaction; fill it in parts',
    applies: (statement, created) => {
      const table = tableOf(statement, 'update')
      return table !== undefined && !created.has(table) && !/\bwhere\b/.test(statement)
    },
  },
  {
    name: 'row security that is lifted locks the table until the end; work as a role that its policies let through',
    applies: (statement, created) =>
      onExisting(ALTER, /\b(no force|disable) row level security\b/)(statement, created) &&
      !SMALL.has(tableOf(statement, ALTER) ?? ''),
  },
  {
    name: 'a lock on the whole table',
    applies: (statement) => /^(lock table|vacuum full|cluster|reindex|truncate)\b/.test(statement),
  },
]

/** What the version before still uses goes only in a migration that says what it contracts. */
const CONTRACTION: Rule = {
  name: 'a drop or a new name breaks the version before; contract in a later release, in a file named …-contract-…',
  applies: (statement, created) =>
    onExisting(ALTER, /\bdrop (column )?(?!constraint\b|default\b|not null\b)\S|\brename\b/)(
      statement,
      created,
    ) || /^drop (table|view|function|procedure|schema|type)\b/.test(statement),
}

/** The statements, in lower case and on one line each; bodies of functions are not looked into. */
function splitStatements(sql: string): string[] {
  const bare = sql
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replaceAll(/'(?:[^']|'')*'/g, "''")
  return bare
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim().toLowerCase())
    .filter((statement) => statement !== '')
}

function lintOne({ name, sql }: MigrationText): MigrationFault[] {
  const created = new Set<string>()
  const rules = name.includes('-contract-') ? RULES : [...RULES, CONTRACTION]
  const faults: MigrationFault[] = []
  const statements = splitStatements(sql)
  for (const statement of statements) {
    if (statements.length > 1 && /\bindex concurrently\b/.test(statement))
      faults.push({
        migration: name,
        rule: 'what is built or dropped concurrently is a migration of its own',
        statement: statement.slice(0, STATEMENT_SHOWN),
      })
    const made = /^create (?:unlogged )?table (?:if not exists )?"?([a-z_.]+)"?/.exec(statement)?.[1]
    if (made !== undefined) created.add(made)
    for (const rule of rules) {
      if (rule.applies(statement, created))
        faults.push({ migration: name, rule: rule.name, statement: statement.slice(0, STATEMENT_SHOWN) })
    }
  }
  return faults
}

const SOON =
  'what is added not valid is validated after a migration that runs alone, in a transaction of its own'
/** Migrations before it stand as they ran. */
const FIRST_STAGED = '20261216T000000'

/**
 * Migrations up to the next that runs alone are one transaction: a check that is validated in the one that adds it holds
 * its lock while the whole table is read.
 */
function findValidatedSoon(migrations: readonly MigrationText[]): MigrationFault[] {
  const added = new Set<string>()
  const faults: MigrationFault[] = []
  for (const { name, sql } of migrations.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    for (const statement of splitStatements(sql)) {
      if (/\bindex concurrently\b/.test(statement)) added.clear()
      for (const [, constraint = ''] of statement.matchAll(/\badd constraint (\S+)[^;]*?\bnot valid\b/g))
        added.add(constraint)
      for (const [, constraint = ''] of statement.matchAll(/\bvalidate constraint ([^\s,]+)/g))
        if (added.has(constraint) && name >= FIRST_STAGED)
          faults.push({ migration: name, rule: SOON, statement: statement.slice(0, STATEMENT_SHOWN) })
    }
  }
  return faults
}

/**
 * Finds what would hold up or break the version before while migrations run under load. `firstRelease` orders with the
 * names: migrations before it ran on empty tables only.
 */
export function lintMigrations(migrations: readonly MigrationText[], firstRelease: string): MigrationFault[] {
  const later = migrations.filter(({ name }) => name >= firstRelease)
  return [...later.flatMap(lintOne), ...findValidatedSoon(later)]
}
