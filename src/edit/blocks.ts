export type FileEdit = { path: string; kind: "whole"; content: string }
export function parseReply(_: string): { edits: FileEdit[]; problems: string[] } { return { edits: [], problems: ["x"] } }
