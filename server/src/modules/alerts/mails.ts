import { publicIdOf } from '#platform/public-id.ts'
import type { MailLineValues } from './mail-line.ts'

/** How many alerts a digest names one by one. */
const NAMED = 50

const SEVERITY_WORDS = { critical: 'Critical', warning: 'Warning', info: 'Note' } as const

interface Mail {
  readonly subject: string
  readonly text: string
}

/** The page on which the reader finds the alert. */
function pathOf({ audience, partner_id, tenant_id, area }: MailLineValues): string {
  if (audience === 'partner' && partner_id !== null)
    return `/partner/${publicIdOf('partner', partner_id)}/alerts?tab=${area}`
  if (audience === 'tenant' && tenant_id !== null) return `/org/${publicIdOf('tenant', tenant_id)}/alerts`
  return '/platform/alerts'
}

function placeOf(line: MailLineValues, origin: string | undefined): string {
  return origin === undefined ? '' : `\n\n${origin}${pathOf(line)}`
}

const nameOf = ({ tenant_name: name, audience }: MailLineValues): string =>
  name === null || audience === 'tenant' ? '' : `${name}: `

const FOOTER =
  '\n\nThis mail gives no access by itself. What is told, and how often, is set under alert rules.'

/** The mail about one alert. */
export function singleMail(line: MailLineValues, origin: string | undefined): Mail {
  const head = `${nameOf(line)}${line.title}`
  return {
    subject: `${SEVERITY_WORDS[line.severity]}: ${head}`,
    text: `${head}.\n${line.message}${placeOf(line, origin)}${FOOTER}`,
  }
}

const RANK = { critical: 0, warning: 1, info: 2 } as const

/** One mail about many alerts, the gravest first; for one person, so it names only what that person reaches. */
export function digestMail(lines: readonly MailLineValues[], origin: string | undefined): Mail {
  const sorted = lines.toSorted((a, b) => RANK[a.severity] - RANK[b.severity])
  const critical = lines.filter(({ severity }) => severity === 'critical').length
  const head = `${lines.length} alert${lines.length === 1 ? '' : 's'}${critical > 0 ? `, ${critical} of them critical` : ''}`
  const named = sorted
    .slice(0, NAMED)
    .map((line) => `- ${SEVERITY_WORDS[line.severity]}: ${nameOf(line)}${line.title}`)
  const more = lines.length > NAMED ? [`and ${lines.length - NAMED} more`] : []
  const [first] = lines
  return {
    subject: head,
    text: `${head}:\n\n${[...named, ...more].join('\n')}${first ? placeOf(first, origin) : ''}${FOOTER}`,
  }
}
