import './styles/library.css'
import './styles/tokens.css'
import './styles/bar.css'
import './styles/frame.css'
import './styles/table.css'
import './styles/parts.css'
import './styles/fields.css'
import './styles/contents.css'
import './styles/choices.css'
import './styles/files.css'
import './styles/narrow.css'
import './styles/touch.css'

import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { router } from './routes.ts'

if (document.readyState === 'loading')
  await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }))
const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element.')
createRoot(root).render(
  <StrictMode>
    <RouterProvider router={router} />
  </StrictMode>,
)
