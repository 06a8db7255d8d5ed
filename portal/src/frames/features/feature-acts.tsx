import './features-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Feature } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import type { Frame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'

type Act = 'kill' | 'restore' | 'retire'

function Move({ feature, act }: { feature: Feature; act: Act }) {
  const names = { feature: feature.name }
  const move = (reason: string, { client }: Frame) => {
    const asked = { params: { path: { key: feature.key } }, body: { reason } }
    return readBody(
      act === 'restore'
        ? client.POST('/admin/features/{key}/restore', {
            ...asked,
            headers: { 'If-Match': `"v${feature.version}"` },
          })
        : client.POST(`/admin/features/{key}/${act}`, asked),
    )
  }
  return (
    <MoveButton
      key={act}
      words={{
        act: t(`feature.${act}`),
        title: t(`feature.${act}_title`, names),
        effect: t(`feature.${act}_effect`),
        keep: t(`feature.${act}_keep`),
        done: t(`feature.${act}_done`, names),
      }}
      reason="required"
      isDanger={act !== 'restore'}
      move={move}
    />
  )
}

/** What can be done to a feature in its state. */
export function FeatureActs({ feature }: { feature: Feature }) {
  const go = useGo()
  if (feature.status === 'retired') return null
  return (
    <>
      <Button variant="default" onClick={() => go(platformPlaces.changeFeature(feature.key))}>
        {t('feature.change')}
      </Button>
      {feature.status === 'active' ? (
        <Move feature={feature} act="kill" />
      ) : (
        <Move feature={feature} act="restore" />
      )}
      {!feature.built_in && <Move feature={feature} act="retire" />}
    </>
  )
}
