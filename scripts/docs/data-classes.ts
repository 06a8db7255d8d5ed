import { DATA_CLASSES, KEPT, PROTECTION, UNOWNED } from '../../server/src/modules/privacy/data-classes.ts'

export const path = 'docs/data-classes.md'

/** What is kept, how well it is protected, and for how long. */
export function generate(): Promise<string> {
  const classes = DATA_CLASSES.map((one) => `| \`${one}\` | ${PROTECTION[one]} |`)
  const kept = Object.entries(KEPT)
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(([table, howLong]) => `| \`${table}\` | ${howLong} |`)
  const unowned = Object.entries(UNOWNED).map(([table, one]) => `| \`${table}\` | \`${one}\` |`)
  return Promise.resolve(
    [
      '# Data: classes, protection, time of keeping',
      'For reviewers of privacy, and for whoever adds a table.',
      'Every column of every table has one of these classes. A table that somebody adds is classified before the tests pass ([test](../tests/data-classes.test.ts)). Generated from `server/src/modules/privacy/data-classes.ts`.',
      ['| Class | Protection |', '| --- | --- |', ...classes].join('\n'),
      'A column is `secret` or `personal` by its name, or because it is listed; every other column is as its table: `tenant` where the table has a `tenant_id`, `partner` where it has a `partner_id`, and as listed below where it belongs to nobody.',
      '## How long personal data is kept',
      'Tables that tell of a person no more than who did something (`created_by_name` and the like) keep the name with the record, until the person is erased.',
      ['| Table | Kept |', '| --- | --- |', ...kept].join('\n'),
      '## Tables that belong to nobody',
      ['| Table | Class |', '| --- | --- |', ...unowned].join('\n'),
    ].join('\n\n'),
  )
}
