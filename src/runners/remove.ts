import { rm } from 'node:fs/promises'
import { execa } from 'execa'

/** Removes a folder that a candidate may have written: paths too deep to name and folders that were shut are no obstacle. Throws where it stays. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(async () => {
    await execa('chmod', ['-R', 'u+rwX', '--', folder], { reject: false, stdio: 'ignore' })
    await execa('rm', ['-rf', '--', folder])
  })
}
