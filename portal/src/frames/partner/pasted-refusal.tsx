import '../../parts/job-words.ts'
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'

import { Panel } from '../../parts/page.tsx'
import { pastedTargets } from '../../parts/palette-finds.ts'
import { useFrame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'

/** From the id in a refused answer to its reason, in one step (U7). */
export function PastedRefusal() {
  const frame = useFrame()
  const go = useGo()
  const [id, setId] = useState('')
  const [isWrong, setWrong] = useState(false)
  return (
    <Panel title={t('pasted.title')}>
      <form
        data-unkept=""
        className="stack tight form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          const [target] = pastedTargets(frame, id.trim())
          setWrong(target === undefined)
          if (target !== undefined) go(target.to)
        }}
      >
        <TextInput
          id="refused_id"
          label={t('pasted.label')}
          description={t('pasted.about')}
          autoComplete="off"
          value={id}
          error={isWrong ? t('pasted.wrong') : undefined}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" variant="default">
            {t('pasted.act')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
