import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { WebhookEndpoint } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { sideOf, useHookPlaces } from './calls.ts'

type EndpointProps = { endpoint: WebhookEndpoint }
type SecretProps = EndpointProps & { onSecret: (secret: string) => void }

const at = (endpoint: WebhookEndpoint) => ({ params: { path: { endpoint_id: endpoint.endpoint_id } } })

function wordsOf(act: 'disable' | 'enable' | 'rotate' | 'remove') {
  return {
    act: t(`hooks.${act}`),
    title: t(`hooks.${act}_title`),
    effect: t(`hooks.${act}_effect`),
    keep: t(`hooks.${act}_keep`),
    done: t(`hooks.${act}_done`),
  }
}

/** Sends an event that means nothing, to see whether the endpoint answers; first of all the one that it has to answer. */
export function TestButton({ endpoint }: EndpointProps) {
  const write = useWrite(
    (one: WebhookEndpoint, frame) =>
      readBody(
        frame.client.POST(`/${sideOf(frame)}/webhook-endpoints/{endpoint_id}/test`, { ...at(one), body: {} }),
      ),
    () => showToast(t(endpoint.verified_at === null ? 'hooks.ask_done' : 'hooks.test_done')),
  )
  return (
    <div className="stack tight">
      <WriteProblem error={write.error} />
      <div>
        <Button variant="default" loading={write.isPending} onClick={() => write.mutate(endpoint)}>
          {t(endpoint.verified_at === null ? 'hooks.ask_again' : 'hooks.test')}
        </Button>
      </div>
    </div>
  )
}

function SwitchButton({ endpoint }: EndpointProps) {
  const act = endpoint.status === 'active' ? 'disable' : 'enable'
  const move = (_reason: string, frame: Frame) =>
    readBody(
      frame.client.POST(`/${sideOf(frame)}/webhook-endpoints/{endpoint_id}/${act}`, {
        ...at(endpoint),
        body: {},
      }),
    )
  return <MoveButton key={act} words={wordsOf(act)} move={move} />
}

function makeRotate({ endpoint, onSecret }: SecretProps, hours: number) {
  return async (_reason: string, frame: Frame) => {
    const made = await readBody(
      frame.client.POST(`/${sideOf(frame)}/webhook-endpoints/{endpoint_id}/rotate-secret`, {
        ...at(endpoint),
        body: { overlap_hours: hours },
      }),
    )
    onSecret(made.secret)
  }
}

/** How long both secrets sign, so that a receiver can change over. */
const overlapHours = 24

function SecretButtons(props: SecretProps) {
  const leaked = {
    ...wordsOf('rotate'),
    act: t('hooks.leaked'),
    title: t('hooks.leaked_title'),
    effect: t('hooks.leaked_effect'),
  }
  return (
    <>
      <MoveButton words={wordsOf('rotate')} move={makeRotate(props, overlapHours)} />
      <MoveButton words={leaked} isDanger move={makeRotate(props, 0)} />
    </>
  )
}

function RemoveButton({ endpoint }: EndpointProps) {
  const go = useGo()
  const places = useHookPlaces()
  const move = async (_reason: string, frame: Frame) => {
    await readBody(frame.client.DELETE(`/${sideOf(frame)}/webhook-endpoints/{endpoint_id}`, at(endpoint)))
    go(places.list)
  }
  return <MoveButton words={wordsOf('remove')} isDanger move={move} />
}

/** All that can be done with an endpoint besides changing it. */
export function EndpointTools(props: SecretProps) {
  return (
    <RowActs>
      <SwitchButton endpoint={props.endpoint} />
      <SecretButtons {...props} />
      <RemoveButton endpoint={props.endpoint} />
    </RowActs>
  )
}
