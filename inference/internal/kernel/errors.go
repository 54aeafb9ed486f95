package kernel

import "errors"

var (
	// ErrShape says that a matrix has no rows or columns, more than can be addressed, or columns that its type's blocks don't divide.
	ErrShape = errors.New("kernel: shape doesn't fit the weight type")
	// ErrType says that a weight type isn't supported.
	ErrType = errors.New("kernel: weight type isn't supported")
	// ErrScale says that a weight file holds an infinite or undefined number where a weight or a block's scale should be: it is damaged.
	ErrScale = errors.New("kernel: weights hold a number that isn't finite")
	// ErrTier says that this machine, or this build, can't run the kernels asked for.
	ErrTier = errors.New("kernel: tier isn't available here")
	// ErrMemory says that the operating system gave no memory for the weights.
	ErrMemory = errors.New("kernel: no memory for the weights")
)
