import { listVariables } from '../../server/src/platform/config.ts'

export const path = 'docs/configuration.md'

/** The reference of environment variables, from the schema that parses them. */
export function generate(): Promise<string> {
  const rows = listVariables().map(({ name, fallback, description, unit, secret }) => {
    const value = secret
      ? 'none; a secret'
      : fallback === 'undefined' || fallback === ''
        ? 'none'
        : `\`${fallback}\``
    return `| \`${name}\` | ${value}${unit ? ` ${unit}` : ''} | ${description} |`
  })
  return Promise.resolve(
    [
      '# Configuration',
      '',
      'For operators who set up an installation.',
      '',
      'Everything is set by environment variables, read once at the start. A value that cannot be used stops the start, and the message names every faulty variable. Behaviour never depends on `NODE_ENV`.',
      '',
      'Each secret may stand in a file instead: `NAME_FILE` is its path, for example `LIAISON_SECRET_KEY_FILE=/run/secrets/key`. A line break at the end of the file is none of it; both at once stop the start ([test](../server/src/platform/config/secret-files.test.ts)).',
      '',
      '| Variable | Default | What it does |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ].join('\n'),
  )
}
