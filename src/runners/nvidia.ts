import { execa } from 'execa'
import { AnnealError, EXIT } from '../records/error.ts'

/** A GPU as it stands now. Memory in bytes, utilisation from 0 to 1, temperature in degrees Celsius; null where the driver does not say. */
export type Device = {
  index: string
  uuid: string
  name: string
  used: number | null
  total: number | null
  utilisation: number | null
  temperature: number | null
}

const FIELDS = ['index', 'uuid', 'name', 'memory.used', 'memory.total', 'utilization.gpu', 'temperature.gpu']
const PATIENCE = 20_000
const MEBIBYTE = 2 ** 20

/** Asks `nvidia-smi` for the GPUs of this machine: empty where it is not installed, an `AnnealError` where it fails. A device that has fallen off the bus is left out. */
export async function readDevices(environment: NodeJS.ProcessEnv = process.env): Promise<Device[]> {
  const { PATH = '', LD_LIBRARY_PATH } = environment
  const said = await execa('nvidia-smi', [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits'], {
    env: { PATH, ...(LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }) },
    extendEnv: false,
    reject: false,
    timeout: PATIENCE,
    stdin: 'ignore',
  })
  if (said.code === 'ENOENT') return []
  const devices = said.stdout.split('\n').flatMap(parseRow)
  // With one lost device it complains and still lists the others.
  if (devices.length > 0 || said.exitCode === 0) return devices
  throw new AnnealError({
    what: 'nvidia-smi does not answer.',
    why: `${said.stdout}\n${said.stderr}`.trim().slice(0, 1000) || (said.shortMessage ?? ''),
    fix: 'Mend the driver (run `nvidia-smi` by hand), or set runner.gpus to 0.',
    exit: EXIT.unavailable,
  })
}

function parseRow(row: string): Device[] {
  const cells = row.split(',').map((cell) => cell.trim())
  const [index = '', uuid = ''] = cells
  if (cells.length < FIELDS.length || !/^\d+$/.test(index)) return []
  // A name may hold a comma.
  const name = cells.slice(2, cells.length - 4).join(', ')
  const [used = null, total = null, utilisation = null, temperature = null] = cells.slice(-4).map(number)
  const bytes = (value: number | null) => (value === null ? null : value * MEBIBYTE)
  return [
    {
      index,
      uuid,
      name,
      used: bytes(used),
      total: bytes(total),
      utilisation: utilisation === null ? null : utilisation / 100,
      temperature,
    },
  ]
}

/** `[N/A]`, `[Not Supported]` and `ERR!` are no numbers. */
function number(cell: string): number | null {
  return /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : null
}

/** The device that an entry of CUDA_VISIBLE_DEVICES means: an index, or a UUID or the start of one. */
export function deviceOf(id: string, devices: readonly Device[]): Device | undefined {
  return devices.find(({ index, uuid }) => index === id || (id.startsWith('GPU-') && uuid.startsWith(id)))
}

/** The entries of CUDA_VISIBLE_DEVICES; null where it is not set. An entry that means none ends the list, as in CUDA itself. */
export function visibleIds(value: string | undefined): string[] | null {
  if (value === undefined) return null
  const ids = value.split(',').map((id) => id.trim())
  const end = ids.findIndex((id) => !/^(\d+|(GPU|MIG)-[\w/-]+)$/.test(id))
  return end === -1 ? ids : ids.slice(0, end)
}
