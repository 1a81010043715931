import { element, fill } from './element.ts'

/** A command with a button that copies it. Without a clipboard, its text is selected instead. */
export function copyable(command: string): HTMLElement {
  const code = element('code', {}, command)
  const button = element(
    'button',
    {
      type: 'button',
      class: 'copy',
      'aria-label': `Copy: ${command}`,
      on: {
        click() {
          const done = () => {
            fill(button, 'copied')
            setTimeout(() => fill(button, 'copy'), 1500)
          }
          const select = () => getSelection()?.selectAllChildren(code)
          if (navigator.clipboard) navigator.clipboard.writeText(command).then(done, select)
          else select()
        },
      },
    },
    'copy',
  )
  return element('span', { class: 'command' }, code, button)
}
