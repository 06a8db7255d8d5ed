import { CONFIGURATION_KEYS, isRelaxable } from '../../server/src/modules/configuration/index.ts'
import type { ConfigurationKey } from '../../server/src/modules/configuration/index.ts'

export const path = 'docs/configuration-of-partners.md'

const test = (name: string) => `[test](../server/src/modules/configuration/${name}.test.ts)`

const PROSE = `# Configuration of partners

For platform admins who configure a partner, and for owners who look after its branding.

What the provider has agreed with a partner stands in one document: roles, sign-ins, limits, API access, branding and rules (C2). Every section and key is optional; what a document does not say is as the platform has it.

**A version never changes.** Saving makes the next version and puts nothing in force. Activating moves a pointer, with a reason, a fresh second factor and the version that was read (\`If-Match\`); going back is activating an older one. Of two activations that read the same state, one takes effect: ${test('configuration')}. Versions, activations and images cannot be changed or removed, not even by the owner of the tables: ${test('isolation')}.

**A document is checked whole.** Every fault is named at once with its place, and nothing is saved. A version that was saved when more was allowed is checked again before it is activated: ${test('configuration')}. And whatever a stored document says, what decisions read is merged and bounded by the database with the keys of this release: ${test('drawn')}. When a release tightens a bound, the migrate command computes all of them anew.

**Who changes what.** The provider changes everything. A partner's owner changes the branding, which makes a version and puts it in force; the database refuses a version of theirs that differs in anything else: ${test('isolation')}. Colours must have a contrast of 4.5 to 1 on white, addresses begin with https, and a logo is a PNG, JPEG or WebP by its own bytes, at most 64 KiB, between 16 and 1024 pixels on each side; never a drawing with scripts.

![A white-label partner changes how its pages look](pictures/branding-light.png)

**What takes effect when.**

| Part | From when on | Test |
| --- | --- | --- |
| idle time and longest sign-in of staff | the next request, also of people who are signed in; the strictest of platform and partner | ${test('sessions')} |
| sign-ins of one person at once | the next request: the oldest end, also when sign-ins happen at the same moment | ${test('sessions')} |
| calls of staff and of API clients in a minute | the next call, in every process. A refusal that a process has told already stands until its \`Retry-After\` | ${test('limits')}, clients: ${test('api-access')} |
| API access | the next call of every token (\`API_ACCESS_CLOSED\`), and at the authorization server the next request of the client | ${test('api-access')} |

The limits and sessions of end users, roles, rules and branding are read by the modules that own them, through \`readConfiguration\` in a mandate or \`access.configuration\` in the database.

**Every decision names its version.** Events of the partner's side and kept decisions carry the version that was in force when they were written; null while the platform's defaults were. Both sides' audit views, the files and the explainer show it (\`configuration_version\`): ${test('sessions')}. The seal covers it: [test](../server/src/modules/audit/configuration-version.test.ts).

Pages: _Configuration_ of a partner in the platform console, _Look of your pages_ of a partner: [test](../tests/browser/configuration.test.ts).

## Keys

"At most" bounds every version. A key that is not relaxable can only be made stricter than the default. Times are in seconds; an empty cell has no bound.
`

function tell(value: ConfigurationKey['default'], { rule }: ConfigurationKey): string {
  if (value === null) return rule === 'at_most' ? 'no limit' : 'not said'
  if (typeof value === 'object') return value.map((name) => `\`${name}\``).join(' ')
  return typeof value === 'string' ? `\`${value}\`` : String(value)
}

function boundOf(key: ConfigurationKey): string {
  if (key.rule === 'fixed') return 'fixed'
  if (key.rule === 'free') return key.choices?.map((choice) => `\`${choice}\``).join(', ') ?? ''
  return key.bound === null ? '' : tell(key.bound, key)
}

function lineOf(key: ConfigurationKey): string {
  const cells = [
    `\`${key.path.join('/')}\``,
    key.title,
    key.unit,
    tell(key.default, key),
    boundOf(key),
    isRelaxable(key) ? 'yes' : 'no',
  ]
  return `| ${cells.join(' | ')} |`
}

/** How a partner is configured, with every key as the program has it. */
export function generate(): Promise<string> {
  const head =
    '| Key | What it says | Unit | Default | At most | Relaxable |\n| --- | --- | --- | --- | --- | --- |'
  return Promise.resolve(`${PROSE}\n${head}\n${CONFIGURATION_KEYS.map(lineOf).join('\n')}\n`)
}
