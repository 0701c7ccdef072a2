export type { CategoryColumn, Column, ColumnType, Field, NumericColumn } from "./column.ts";
export type { MissingPolicy } from "./column-encoder.ts";
export { Preprocessor, type PreprocessorOptions, type PreprocessorState } from "./preprocessor.ts";
export type { RowPlaces } from "./row-places.ts";
export { type Cell, Table } from "./table.ts";
