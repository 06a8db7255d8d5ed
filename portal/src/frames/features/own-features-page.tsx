import './features-words.ts'
import { readBody } from '@liaison/client'
import type { OfferedFeature } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDate } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

function ChoiceButton({ feature }: { feature: OfferedFeature }) {
  const names = { feature: feature.name }
  const offered = feature.partner_choice === 'opt_in' ? 'opt_in' : 'opt_out'
  const act = feature.choice === null ? offered : 'undo'
  const choice = act === 'undo' ? null : act === 'opt_in' ? 'in' : 'out'
  return (
    <MoveButton
      key={act}
      words={{
        act: t(`own_features.${act}`),
        title: t(`own_features.${act}_title`, names),
        effect: t(`own_features.${act}_effect`),
        keep: t('own_features.keep'),
        done: t('own_features.done', names),
      }}
      move={(_reason, { client }) =>
        readBody(
          client.PUT('/partner/features/{key}/choice', {
            params: { path: { key: feature.key } },
            body: { choice },
          }),
        )
      }
    />
  )
}

function Card({ feature }: { feature: OfferedFeature }) {
  return (
    <Panel title={feature.name}>
      <div className="stack tight">
        <p>{feature.description}</p>
        <p>
          <StatusChip family="feature_answer" value={feature.is_on ? 'on' : 'off'} />{' '}
          <span className="muted">{t(`own_branch.${feature.branch}`)}</span>
        </p>
        {feature.choice !== null && feature.choice_by_name !== null && (
          <p className="small muted">
            {t('own_features.chosen', {
              name: feature.choice_by_name,
              date: formatDate(feature.choice_at) ?? '',
            })}
          </p>
        )}
        {feature.can_choose || feature.choice !== null ? (
          <div>
            <ChoiceButton feature={feature} />
          </div>
        ) : (
          <p className="small muted">{t('own_features.not_now')}</p>
        )}
      </div>
    </Panel>
  )
}

/** The features that the provider leaves to the own organisation to choose. */
export function OwnFeaturesPage() {
  const features = useRead(['own-features'], (frame, signal) =>
    readBody(frame.client.GET('/partner/features', { signal })),
  )
  return (
    <Page title={t('own_features.title')} lead={t('own_features.lead')}>
      <Answer query={features} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="list">
              <Empty title={t('own_features.none')} text={t('own_features.none_text')} />
            </div>
          ) : (
            <div className="stack">
              {items.map((feature) => (
                <Card key={feature.key} feature={feature} />
              ))}
            </div>
          )
        }
      </Answer>
    </Page>
  )
}
