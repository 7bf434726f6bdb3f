// placeholder replaced below
export async function updateMissing(_place: string, _context: object): Promise<void> {}
