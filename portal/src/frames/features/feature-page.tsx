import './features-words.ts'
import { readTagged } from '@liaison/client'
import type { Feature } from '@liaison/client'

import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { useMay } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { describeSteps } from './describe.ts'
import { FeatureActs } from './feature-acts.tsx'
import { FeatureHistory } from './history.tsx'
import { Holders } from './holders.tsx'
import { Ramp } from './ramp.tsx'

/** The feature that the address names, with its version. */
export function useFeature() {
  const key = useParam('key')
  return useRead(['features', 'one', key], (frame, signal) =>
    readTagged(frame.client.GET('/admin/features/{key}', { params: { path: { key } }, signal })),
  )
}

function About({ feature }: { feature: Feature }) {
  return (
    <Panel title={t('feature.about')}>
      <Facts
        facts={[
          fact(t('column.status'), <StatusChip family="feature" value={feature.status} />),
          fact(t('feature.key'), <code className="mono">{feature.key}</code>),
          fact(t('feature.owner'), feature.owner_name),
          fact(t('feature.clean_up_by'), feature.clean_up_by && <DateText iso={feature.clean_up_by} />),
          fact(t('feature.last_reason'), feature.reason),
          fact(
            t('feature.permissions'),
            feature.permissions.length > 0 && (
              <span className="mono small">{feature.permissions.join(', ')}</span>
            ),
          ),
        ]}
      />
    </Panel>
  )
}

function Decided({ feature }: { feature: Feature }) {
  return (
    <Panel title={t('feature.decided')}>
      <p className="muted">{t('feature.decided_lead')}</p>
      <ol className="stack tight">
        {describeSteps(feature).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
    </Panel>
  )
}

/** One feature: how it is decided, how it goes on, and who has it. */
export function FeaturePage() {
  const feature = useFeature()
  const mayManage = useMay('platform.features.manage')
  const found = feature.data?.body
  return (
    <Page
      title={found?.name ?? t('features.name')}
      lead={found?.description}
      back={{ to: platformPlaces.features(), label: t('features.title') }}
      tools={found && mayManage && <FeatureActs feature={found} />}
    >
      <Answer query={feature} lines={10}>
        {({ body, etag }) => (
          <div className="stack">
            <div className="halves">
              <Decided feature={body} />
              <About feature={body} />
            </div>
            <Ramp feature={body} etag={etag} />
            <Holders feature={body} />
            <FeatureHistory featureKey={body.key} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
