import { Module } from '../module';

/** Whether a class of modules says itself how it is copied. */
export function hasOwnClone(module: Module): boolean {
  return module.clone !== Module.prototype.clone;
}
