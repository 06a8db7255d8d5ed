import { Button } from '@mantine/core'
import type { ReactNode } from 'react'

import { ACTS } from '../acts.ts'
import { mayBegin, useFrame } from '../platform/frame.ts'
import { GoLink } from '../platform/navigate.tsx'

type BeginButtonProps = { act: keyof typeof ACTS; children: ReactNode }

/** The way to the page on which something begins, for whom it is open; the key n follows it. */
export function BeginButton({ act: name, children }: BeginButtonProps) {
  const frame = useFrame()
  const act = ACTS[name]
  if (!mayBegin(frame, act)) return null
  return (
    <Button data-new="" component={GoLink} to={act.to(frame)}>
      {children}
    </Button>
  )
}
