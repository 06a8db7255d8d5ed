import { listVariables } from '../../server/src/platform/config.ts'

export const path = '.env.example'

/** A file to start a configuration from: every variable, commented out, with its default. */
export function generate(): Promise<string> {
  const blocks = listVariables().map(({ name, fallback, description, secret }) => {
    const value = secret || fallback === 'undefined' ? '' : fallback
    return `# ${description}\n#${name}=${value}\n`
  })
  return Promise.resolve(blocks.join('\n'))
}
