"""Line art for certificates: a canvas in millimetres, guilloche, borders, scenes and portraits."""
