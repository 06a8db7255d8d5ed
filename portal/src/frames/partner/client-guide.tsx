import { useQuery } from '@tanstack/react-query'

import { fact, Facts, Panel } from '../../parts/page.tsx'
import { IdText } from '../../parts/values.tsx'
import { t } from '../../platform/words.ts'

type Places = { issuer: string; resource: string }

function textOf(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  const found: unknown = Reflect.get(value, name)
  return typeof found === 'string' ? found : null
}

/** Where tokens come from and what they are for, as the API itself says it (RFC 9728). */
async function readPlaces(signal: AbortSignal): Promise<Places> {
  const answer = await fetch('/.well-known/oauth-protected-resource/api', { signal })
  const body: unknown = await answer.json()
  const servers: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'authorization_servers') : []
  const first: unknown = Array.isArray(servers) ? servers[0] : undefined
  const { origin } = window.location
  return {
    issuer: typeof first === 'string' ? first : `${origin}/oauth`,
    resource: textOf(body, 'resource') ?? `${origin}/api`,
  }
}

/** Where the metadata of an issuer lies: the well-known part goes before the path (RFC 8414 section 3). */
function metadataOf(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`
}

/** The command that runs the example application of the repository with this client. */
function commandOf(clientId: string, resource: string): string {
  return `npx node examples/partner-app/main.ts --api ${resource} --client ${clientId} --key FILE.private.jwk.json`
}

/** What a developer copies into an application: where to get tokens, where to use them, and a first command. */
export function ClientGuide({ clientId }: { clientId: string }) {
  const places = useQuery({
    queryKey: ['api-places'],
    queryFn: ({ signal }) => readPlaces(signal),
    staleTime: 3_600_000,
  })
  if (places.data === undefined) return null
  const { issuer, resource } = places.data
  const command = commandOf(clientId, resource)
  return (
    <div id="connect">
      <Panel title={t('app.connect')}>
        <div className="stack">
          <Facts
            facts={[
              fact(t('app.id'), <IdText id={clientId} />),
              fact(t('app.issuer'), <IdText id={issuer} />),
              fact(t('app.metadata'), <IdText id={metadataOf(issuer)} />),
              fact(t('app.resource'), <IdText id={resource} />),
            ]}
          />
          <h3 className="section-title">{t('app.example')}</h3>
          <p>{t('app.example_text')}</p>
          <IdText id={command} />
        </div>
      </Panel>
    </div>
  )
}
