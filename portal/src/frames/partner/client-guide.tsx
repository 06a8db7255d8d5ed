import { fact, Facts, Panel } from '../../parts/page.tsx'
import { IdText } from '../../parts/values.tsx'
import { t } from '../../platform/words.ts'
import { metadataOf, useApiPlaces } from './api-places.ts'

/** The command that runs the example application of the repository with this client. */
function commandOf(clientId: string, resource: string): string {
  return `npx node examples/partner-app/main.ts --api ${resource} --client ${clientId} --key FILE.private.jwk.json`
}

/** What a developer copies into an application: where to get tokens, where to use them, and a first command. */
export function ClientGuide({ clientId }: { clientId: string }) {
  const places = useApiPlaces()
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
